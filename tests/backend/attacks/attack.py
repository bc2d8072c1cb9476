"""What an attack is, and how a sound pack is turned into a forged one."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynamic_style.backend.protocol.errors import PackError

Make = Callable[[Path, Path], Path]
"""(a sound pack's folder, an empty folder to work in) -> the hostile pack."""


@dataclass(frozen=True)
class Attack:
    """says: what the refusal, and no other attack's refusal, says."""

    name: str
    make: Make
    error: type[PackError]
    says: str


def copy_pack(pack: Path, place: Path) -> Path:
    return Path(shutil.copytree(pack, place / pack.name))


def edit_manifest(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "pack.json"
    members = json.loads(path.read_text("utf-8"))
    edit(members)
    path.write_text(json.dumps(members), "utf-8")


def put(folder: Path, name: str, data: bytes) -> None:
    """Exchange a file and make the manifest's hash and size right again, as a forger would."""
    (folder / name).write_bytes(data)
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    edit_manifest(folder, lambda members: members["files"].update({name: entry}))
