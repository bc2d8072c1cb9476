"""What the demo's pictures were made from, so that a second demo draws only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from .environment.record import Environment
from .plain_files import read_plain

RECORD_NAME = "demo.json"  # inside the environment: a new environment draws everything anew


class DemoRecord:
    """Which picture came from which program, pack, photo and arguments."""

    def __init__(self, environment: Environment) -> None:
        self._root = environment.root
        self._file = environment.folder / RECORD_NAME
        self._program = _hash(sorted((self._root / "backend").rglob("*.py")))
        self._made = self._read()

    def holds(self, picture: Path, pack: str, photo: Path, arguments: Sequence[str]) -> bool:
        """Whether the picture is still there as it was made, and would be made the same way."""
        made = self._made.get(picture.name)
        return made is not None and made == self._origin(picture, pack, photo, arguments)

    def add(self, picture: Path, pack: str, photo: Path, arguments: Sequence[str]) -> None:
        self._made[picture.name] = self._origin(picture, pack, photo, arguments)
        self._file.write_text(json.dumps(self._made, indent=2), encoding="utf-8")

    def _origin(self, picture: Path, pack: str, photo: Path, arguments: Sequence[str]) -> str:
        manifest = self._root / "weights" / pack / "pack.json"  # holds the hash of every weight
        files = _hash([picture, manifest, self._root / photo])
        return f"{self._program} {files} {' '.join(arguments)}"

    def _read(self) -> dict[str, str]:
        try:
            made = json.loads(read_plain(self._file))
        except (OSError, RecursionError, ValueError):
            return {}
        return made if isinstance(made, dict) else {}


def _hash(files: Sequence[Path]) -> str:
    """Of the files' bytes; one that is not there counts as such."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() if file.is_file() else b"missing")
        digest.update(b"\0")
    return digest.hexdigest()
