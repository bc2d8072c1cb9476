"""Enables the plug-in in Krita's settings file, and takes that back, without touching the rest.

The file is KConfig's: lines of `key=value` below `[group]`. It is edited as text, line by line, so
that every other byte of it stays, in whatever order and with whatever line ends. A line ends at
a line feed and nowhere else, and only ASCII blanks are trimmed: a preset may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..atomic_file import write_atomically
from ..errors import HostError
from ..plain_files import read_plain
from .sources import KRITA_NAME

GROUP = "[python]"
KEY = f"enable_{KRITA_NAME}"
ON = "true"
BLANKS = " \t\v\f\r\n"


@dataclass(frozen=True)
class KritarcEdit:
    """What enabling did. before: the key's earlier value. made_file, made_group: they were not
    there before.
    """

    path: Path
    before: str | None
    made_file: bool
    made_group: bool


def plan_enabling(path: Path) -> KritarcEdit:
    """What `enable` will have done. Raises HostError if the file cannot be read."""
    text = _read(path)
    if text is None:
        return KritarcEdit(path, None, made_file=True, made_group=True)
    has_group = any(group == GROUP for group, _ in _entries(text))
    return KritarcEdit(path, _value(text), made_file=False, made_group=not has_group)


def is_enabled(path: Path) -> bool:
    """Whether Krita will load the plug-in at its next start. Raises HostError."""
    text = _read(path)
    return text is not None and _value(text) == ON


def enable(path: Path) -> None:
    """Set the key, in a file that is made if need be. Raises HostError."""
    text = _read(path) or ""
    if _value(text) != ON:
        _write(path, _with_value(text, ON))


def restore(edit: KritarcEdit) -> None:
    """Put the key back to what it was before; whatever Krita or the user wrote since then stays.

    Raises HostError.
    """
    text = _read(edit.path)
    if text is None:
        return
    if edit.before is not None:
        restored = _with_value(text, edit.before)
    else:
        restored = _without_key(text, drop_group=edit.made_group)
    if edit.made_file and not restored.strip(BLANKS):
        try:
            edit.path.unlink()
        except OSError as error:
            raise _cannot("removed", edit.path, error) from error
    elif restored != text:
        _write(edit.path, restored)


def resource_folder(path: Path) -> Path | None:
    """The folder that the user has moved Krita's resources to; it stands above all groups."""
    try:
        text = _read(path)
    except HostError:
        return None
    for group, line in _entries(text or ""):
        key, _, value = line.partition("=")
        if group == "" and key.rstrip(BLANKS) == "ResourceDirectory" and value.strip(BLANKS):
            return Path(value.strip(BLANKS))
    return None


def _lines(text: str) -> list[str]:
    """The lines with their ends."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Each line with the group that it is in; a group's own line is in it."""
    group = ""
    for line in _lines(text):
        stripped = line.strip(BLANKS)
        if stripped.startswith("["):
            group = stripped
        yield group, stripped


def _is_key(group: str, line: str) -> bool:
    return group == GROUP and line.partition("=")[0].rstrip(BLANKS) == KEY


def _value(text: str) -> str | None:
    """KConfig takes the last of several."""
    values = [
        line.partition("=")[2].strip(BLANKS)
        for group, line in _entries(text)
        if _is_key(group, line)
    ]
    return values[-1] if values else None


def _with_value(text: str, value: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(text)
    entries = list(_entries(text))
    entry = f"{KEY}={value}{end}"
    if any(_is_key(group, line) for group, line in entries):
        pairs = zip(lines, entries, strict=True)
        return "".join(entry if _is_key(*where) else line for line, where in pairs)
    places = [number for number, (group, line) in enumerate(entries) if group == GROUP and line]
    at = places[-1] + 1 if places else len(lines)
    if 0 < at == len(lines) and not lines[-1].endswith("\n"):
        lines[-1] += end
    if places:
        lines.insert(at, entry)
        return "".join(lines)
    gap = [end] if lines and lines[-1].strip(BLANKS) else []
    return "".join([*lines, *gap, f"{GROUP}{end}", entry])


def _without_key(text: str, *, drop_group: bool) -> str:
    pairs = zip(_lines(text), _entries(text), strict=True)
    kept = [(line, where) for line, where in pairs if not _is_key(*where)]
    in_group = [number for number, (_, (group, line)) in enumerate(kept) if group == GROUP and line]
    lines = [line for line, _ in kept]
    if drop_group and len(in_group) == 1:  # nothing is left in it but its own line
        del lines[in_group[0]]
        if in_group[0] > 0 and not lines[in_group[0] - 1].strip(BLANKS):
            del lines[in_group[0] - 1]  # the empty line that was set before it
    return "".join(lines)


def _read(path: Path) -> str | None:
    try:
        return read_plain(path).decode("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot("read", path, error) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode("utf-8", errors="surrogateescape"))
    except OSError as error:
        raise _cannot("written", path, error) from error


def _cannot(what: str, path: Path, error: OSError) -> HostError:
    return HostError(
        f"Krita's settings file {path} cannot be {what} ({error.strerror or error}).\n"
        "Make it readable and writable for you, then run this again."
    )
