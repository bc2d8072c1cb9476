"""Which frames are done already, and of what: so that a run that was ended goes on where it was.

A ledger is a file in the frames' folder with a line of JSON for each finished frame, written just
before the frame gets its name. What a frame is made of - its file, its alphas, the pack - is kept
as a digest: a frame whose digest is another one now is made again, and a file that somebody changed
since, or that is not in the ledger at all, is not ours to replace.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..protocol.atomic_file import remove_unfinished
from ..protocol.process.plain_files import open_unlinked
from .clip import file_identity

NAME = ".dynamic-style-frames.jsonl"
OF_SHARE = ".dynamic-style-frames.{}-of-{}.jsonl"  # each share of a clip has its own
ALL = ".dynamic-style-frames*.jsonl"


def digest(made_of: Mapping[str, Any]) -> str:
    """Of what a frame is made of, as JSON has it."""
    text = json.dumps(made_of, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Line:
    digest: str
    identity: str  # of the frame's file, as it was written


class Ledger:
    """Of one folder, which need not exist yet. Damaged lines are passed over: their frames are
    made again. share: (number from 1, of how many) where others write there, too; what any of them
    has made counts.
    """

    def __init__(self, folder: Path, share: tuple[int, int] | None = None) -> None:
        self._path = folder / (OF_SHARE.format(*share) if share else NAME)
        self._lines: dict[str, list[_Line]] = {}
        for path in sorted(folder.glob(ALL)):
            for name, line in _read(path):
                self._lines.setdefault(name, []).append(line)

    def is_done(self, path: Path, digest: str) -> bool:
        """Whether the frame at `path` lies there as it was made of that."""
        return _Line(digest, _identity(path)) in self._lines.get(path.name, ())

    def is_ours(self, path: Path) -> bool:
        """Whether the file at `path` is one that was made here and has not been changed since."""
        lines = self._lines.get(path.name, ())
        return bool(lines) and _identity(path) in {line.identity for line in lines}

    def add(self, path: Path, digest: str, identity: str) -> None:
        """Note a frame that is complete and about to be put at `path`. Raises OSError."""
        line = _Line(digest, identity)
        text = json.dumps({"file": path.name, "digest": line.digest, "identity": line.identity})
        with os.fdopen(
            open_unlinked(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT), "ab+"
        ) as file:
            if file.tell():  # a full disk or a kill may have cut the line before
                file.seek(-1, os.SEEK_END)
                text = text if file.read(1) == b"\n" else "\n" + text
            file.write(f"{text}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self._lines.setdefault(path.name, []).append(line)

    def remove_frames(self) -> None:
        """Take away what was made here."""
        with suppress(OSError):
            for name in self._lines:
                path = self._path.with_name(name)
                if self.is_ours(path):
                    path.unlink()
            remove_unfinished(self._path.parent)
            for path in self._path.parent.glob(ALL):
                path.unlink(missing_ok=True)


def _read(path: Path) -> list[tuple[str, _Line]]:
    try:
        with os.fdopen(open_unlinked(path, os.O_RDONLY), "rb") as file:
            texts = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return []
    lines = []
    for text in texts:
        try:
            members = json.loads(text)
            found = [members[name] for name in ("file", "digest", "identity")]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if not all(isinstance(part, str) for part in found):
            continue
        name, made_of, identity = found
        if name and Path(name).name == name and "\0" not in name:
            lines.append((name, _Line(made_of, identity)))
    return lines


def _identity(path: Path) -> str:
    try:
        return file_identity(path)
    except OSError:
        return ""
