"""Where a pack's bytes come from: a folder or a .dynpack archive, read by allow-listed name.

Nothing is trusted: names are checked before they are used, sizes before anything is read, and
hashes before anything is made of what was read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .manifest import PACK_JSON, FileEntry, Manifest
from .manifest_parser import MAX_MANIFEST_BYTES, parse_manifest
from .pack_archive import ArchiveSource
from .protocol.errors import (
    PackFormatError,
    PackIntegrityError,
    PackNotFoundError,
)
from .strict_json import shown

MAX_FILES = 64  # the format has at most 20; more is a folder that was never a pack
MAX_PACK_BYTES = 256 << 20


class Source(Protocol):
    """The files of one pack."""

    def sizes(self) -> dict[str, int]:
        """Every file's name and size in bytes."""

    def read(self, name: str, limit: int) -> bytes:
        """A file's bytes. Raises a PackError when it is missing or has more than limit bytes."""


@contextmanager
def open_pack(path: Path) -> Iterator[Source]:
    """Open a pack's folder or archive. Raises PackNotFoundError when there is neither."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: the path holds NUL or half a character
        reason = error.strerror if isinstance(error, OSError) else "not a valid path"
        raise PackNotFoundError(
            f"no pack at {shown(str(path))} ({reason}); give the folder that holds "
            f"{PACK_JSON}, or a .dynpack file"
        ) from error
    if stat.S_ISDIR(mode):
        yield FolderSource(path)
    elif stat.S_ISREG(mode):
        try:
            stream = path.open("rb")
        except OSError as error:
            raise _unreadable(pack_label(path), path.name, error) from error
        with stream:
            yield ArchiveSource(stream, pack_label(path))
    else:
        raise PackFormatError(
            f"{pack_label(path)} is neither a folder nor a file; give the folder that holds "
            f"{PACK_JSON}, or a .dynpack file"
        )


def pack_label(path: Path) -> str:
    """How messages name the pack at a path."""
    return f"pack {shown(path.stem if path.suffix == '.dynpack' else path.name)}"


def read_checked_manifest(source: Source, path: Path) -> tuple[Manifest, str]:
    """The manifest, checked against the names and sizes of the files there are, and its sha256."""
    label, sizes = pack_label(path), source.sizes()
    if PACK_JSON not in sizes:
        raise PackFormatError(f"{label} has no {PACK_JSON}; it is no style pack")
    data = source.read(PACK_JSON, MAX_MANIFEST_BYTES)
    manifest = parse_manifest(data, pack=label)
    for name in sorted(set(manifest.files) - set(sizes)):
        raise PackFormatError(f"{label} lacks the file '{name}'; get the whole pack again")
    for name in sorted(set(sizes) - set(manifest.files) - {PACK_JSON}):
        raise PackFormatError(
            f"{label} holds {shown(name)}, which its {PACK_JSON} does not list; take it out"
        )
    for name, entry in manifest.files.items():
        if sizes[name] != entry.bytes:
            raise PackIntegrityError(
                f"{label}: {name} has {sizes[name]} bytes where {PACK_JSON} says {entry.bytes}; "
                "get the pack again"
            )
    if sum(sizes.values()) > MAX_PACK_BYTES:
        raise PackFormatError(
            f"{label} has {sum(sizes.values()) >> 20} MB in all; at most {MAX_PACK_BYTES >> 20} MB "
            "are allowed, so do not trust it"
        )
    return manifest, hashlib.sha256(data).hexdigest()


def read_checked(source: Source, name: str, entry: FileEntry, *, pack: str) -> bytes:
    """A listed file's bytes, of the listed size and hash. Raises PackIntegrityError."""
    data = source.read(name, entry.bytes)
    found = hashlib.sha256(data).hexdigest()
    if len(data) != entry.bytes or found != entry.sha256:
        raise PackIntegrityError(
            f"{pack}: {name} has the hash {found[:12]}… where {PACK_JSON} says "
            f"{entry.sha256[:12]}…; it was damaged or changed, get the pack again"
        )
    return data


def is_desktop_file(name: str) -> bool:
    """Whether a file is one that desktops leave in folders: never read, never copied."""
    return name.startswith(".") or name.lower() in ("thumbs.db", "desktop.ini")


class FolderSource:
    """A pack laid out as plain files in one folder: no links, no subfolders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sizes(self) -> dict[str, int]:
        label, found = pack_label(self._folder), {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if is_desktop_file(entry.name):
                        continue
                    found[entry.name] = _regular_size(entry.stat(follow_symlinks=False), entry.name)
                    if len(found) > MAX_FILES:
                        raise PackFormatError(
                            f"{label} holds more than {MAX_FILES} files; it is no style pack"
                        )
        except OSError as error:
            raise _unreadable(label, str(self._folder), error) from error
        except _NotRegularError as error:
            raise PackFormatError(f"{label}: {error}; put the file itself there") from error
        return found

    def read(self, name: str, limit: int) -> bytes:
        label = pack_label(self._folder)
        # O_NOFOLLOW: the file may have become a link since sizes() looked. Windows lacks the flag.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            with open(os.open(self._folder / name, flags), "rb") as stream:  # noqa: PTH123
                data = stream.read(limit + 1)
        except OSError as error:
            raise _unreadable(label, name, error) from error
        if len(data) > limit:
            raise PackFormatError(
                f"{label}: {name} has more than the {limit} bytes it may have; get the pack again"
            )
        return data


class _NotRegularError(Exception):
    """An entry of a folder that is no regular file."""


def _regular_size(status: os.stat_result, name: str) -> int:
    if stat.S_ISLNK(status.st_mode):
        raise _NotRegularError(f"{shown(name)} is a symbolic link")
    if stat.S_ISDIR(status.st_mode):
        raise _NotRegularError(f"{shown(name)} is a folder where a file belongs")
    if not stat.S_ISREG(status.st_mode):
        raise _NotRegularError(f"{shown(name)} is a device or a pipe")
    return status.st_size


def _unreadable(label: str, name: str, error: OSError) -> PackFormatError:
    return PackFormatError(
        f"{label}: cannot read {shown(name)} ({error.strerror}); check its permissions"
    )
