"""The runs that hosts have started, each in a folder of its own with a note of what was asked for,
so that any host can show it and go on with it later.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from ...protocol.atomic_file import write_failure, write_whole
from ...protocol.errors import BackendError, ConnectionFileError
from ...protocol.process.own_files import open_own
from ...protocol.process.plain_files import read_json
from ...protocol.process.user_folders import training_folder

NOTE_NAME = "new-style.json"
PAINTING_NAME = "painting.png"
OUTPUT_NAME = "output.log"
MAX_BYTES = 1 << 20
_FALLBACK = "my-style"
_MOST_NAME = 48


@dataclass(frozen=True)
class RunNote:
    """pid and began: of the process that was started last, as process_age.process_began has it; 0
    before there is one. is_dismissed: nobody wants to be told of it any more.
    """

    title: str
    photos: str
    quality: str
    dials: tuple[str, ...]
    pid: int = 0
    began: float = 0.0
    is_dismissed: bool = False


def runs_folder() -> Path:
    """Raises BackendError where no home folder is known."""
    return training_folder() / "runs"


def list_notes() -> list[tuple[Path, RunNote]]:
    """Folder and note of every run that a host has started, the one noted last first."""
    found = []
    with suppress(OSError, BackendError):
        for path in runs_folder().glob(f"*/{NOTE_NAME}"):
            with suppress(OSError):
                changed_at = path.stat().st_mtime_ns
                note = read_note(path.parent)
                if note is not None:
                    found.append((changed_at, path.parent, note))
    found.sort(key=lambda one: one[:2], reverse=True)
    return [(folder, note) for _, folder, note in found]


def read_note(folder: Path) -> RunNote | None:
    """None where there is none that can be read."""
    members = read_members(folder / NOTE_NAME)
    try:
        return RunNote(
            title=str(members["title"]),
            photos=str(members["photos"]),
            quality=str(members["quality"]),
            dials=tuple(str(dial) for dial in members["dials"]),
            pid=int(members["pid"]),
            began=float(members["began"]),
            is_dismissed=bool(members["is_dismissed"]),
        )
    except (LookupError, TypeError, ValueError):
        return None


def write_note(folder: Path, note: RunNote) -> None:
    """Raises BackendError."""
    path = folder / NOTE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with write_whole(path) as file:
            file.write(json.dumps(asdict(note), indent=1).encode())
    except OSError as error:
        raise BackendError(write_failure(f"'{path}'", error)) from error


def dismiss(folder: Path) -> None:
    """Raises BackendError."""
    note = read_note(folder)
    if note is not None:
        write_note(folder, replace(note, is_dismissed=True))


def free_folder(title: str) -> Path:
    """A folder that is not there yet, with a name for people. Raises BackendError."""
    name = _plain_name(title)
    folder, number = runs_folder() / name, 1
    while folder.exists():
        number += 1
        folder = runs_folder() / f"{name}-{number}"
    return folder


def read_members(path: Path) -> dict[str, Any]:
    """Of a JSON file; none where it cannot be read."""
    try:
        members = read_json(path, most_bytes=MAX_BYTES)
    except (OSError, ValueError):
        return {}
    return members if isinstance(members, dict) else {}


def open_output(folder: Path, *, variable: str) -> BinaryIO:
    """The file that a program started in folder prints to, emptied. variable: names another folder.
    Raises BackendError, also where it is another user's or a link; then nothing was changed.
    """
    path = folder / OUTPUT_NAME
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        return os.fdopen(open_own(path, flags, variable=variable), "wb")
    except OSError as error:
        raise BackendError(write_failure(f"'{path}'", error)) from error
    except ConnectionFileError as error:
        raise BackendError(str(error)) from error


def _plain_name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MOST_NAME].strip("-") or _FALLBACK
