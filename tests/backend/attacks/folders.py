"""Folders that are not what a pack's folder must be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dynamic_style.backend.protocol.errors import (
    PackFormatError,
    PackIntegrityError,
    PackNotFoundError,
)

from .attack import Attack, Make, copy_pack, edit_manifest


def _with(change: Callable[[Path], object]) -> Make:
    """A copy of the sound pack, changed."""

    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        change(folder)
        return folder

    return make


def _link(name: str) -> Callable[[Path], None]:
    """Move a file out of the folder and leave a link to it."""

    def change(folder: Path) -> None:
        target = folder.parent / "elsewhere"
        (folder / name).rename(target)
        (folder / name).symlink_to(target)

    return change


def _crowd(folder: Path) -> None:
    for i in range(100):
        (folder / f"{i}.txt").touch()


def _flip_last_bit(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[-1] ^= 1
        (folder / name).write_bytes(data)

    return change


def _append(name: str) -> Callable[[Path], int]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b"\0")


def _swell(folder: Path) -> None:
    """Three files of 120 MB that take no room on the disk, as the manifest says."""
    names = [path.name for path in folder.glob("*.safetensors") if path.stem != "golden"]
    for name in names:
        with (folder / name).open("r+b") as stream:
            stream.truncate(120_000_000)
    edit_manifest(folder, lambda m: [m["files"][name].update(bytes=120_000_000) for name in names])


def _pipe(pack: Path, place: Path) -> Path:
    """Opening it would wait for ever."""
    os.mkfifo(place / "pipe")
    return place / "pipe"


def _nowhere(pack: Path, place: Path) -> Path:
    return place / "nowhere"


FOLDERS = (
    Attack(
        "folder: a link for a file",
        _with(_link("main.safetensors")),
        PackFormatError,
        "'main.safetensors' is a symbolic link",
    ),
    Attack(
        "folder: a link for the manifest",
        _with(_link("pack.json")),
        PackFormatError,
        "'pack.json' is a symbolic link",
    ),
    Attack(
        "folder: a folder in it",
        _with(lambda folder: (folder / "inner").mkdir()),
        PackFormatError,
        "'inner' is a folder",
    ),
    Attack(
        "folder: a pipe in it",
        _with(lambda folder: os.mkfifo(folder / "trap")),
        PackFormatError,
        "'trap' is a device or a pipe",
    ),
    Attack(
        "folder: code beside the weights",
        _with(lambda folder: (folder / "setup.py").write_text("raise SystemExit")),
        PackFormatError,
        "holds 'setup.py', which its pack.json does not list",
    ),
    Attack("folder: a crowd of files", _with(_crowd), PackFormatError, "more than 64 files"),
    Attack(
        "folder: no manifest",
        _with(lambda folder: (folder / "pack.json").unlink()),
        PackFormatError,
        "'tiny' has no pack.json",
    ),
    Attack(
        "folder: a file is missing",
        _with(lambda folder: (folder / "strength.safetensors").unlink()),
        PackFormatError,
        "lacks the file 'strength.safetensors'",
    ),
    Attack(
        "folder: a file has grown",
        _with(_append("main.safetensors")),
        PackIntegrityError,
        "main.safetensors has 20471 bytes where",
    ),
    Attack(
        "folder: a bit has flipped",
        _with(_flip_last_bit("strength.safetensors")),
        PackIntegrityError,
        "strength.safetensors has the hash",
    ),
    Attack("folder: too large in all", _with(_swell), PackFormatError, "343 MB in all"),
    Attack("folder: a pipe instead", _pipe, PackFormatError, "neither a folder nor a file"),
    Attack("folder: nothing there", _nowhere, PackNotFoundError, "no pack at"),
)
