"""Where a pack's bytes come from: a folder or a .dynpack archive, read by allow-listed name.

Nothing is trusted: names are checked before they are used, sizes before anything is read, and
hashes before anything is made of what was read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from ..protocol.errors import PackFormatError, PackIntegrityError, PackNotFoundError
from .archive import ArchiveSource, is_passed_over
from .pack_json.manifest import PACK_JSON, FileEntry, Manifest
from .pack_json.manifest_parser import MAX_MANIFEST_BYTES, parse_manifest
from .pack_json.strict_json import shown

MAX_FILES = 64  # the format has at most 20; more is a folder that was never a pack
MAX_PACK_BYTES = 256 << 20
MOST_LOOKS = 50  # at a folder that is replaced again and again


class PackSource(Protocol):
    """The files of one pack."""

    def sizes(self) -> dict[str, int]:
        """Every file's name and size in bytes."""

    def read(self, name: str, limit: int) -> bytes:
        """A file's bytes. Raises a PackError when it is missing or has more than limit bytes."""


@contextmanager
def open_pack(path: Path) -> Iterator[PackSource]:
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
        with ExitStack() as opened:
            yield FolderSource(path, opened)
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
    return f"pack {shown(path.stem if path.suffix in ('.dynpack', '.zip') else path.name)}"


def read_checked_manifest(source: PackSource, path: Path) -> tuple[Manifest, str]:
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


def read_checked(source: PackSource, name: str, entry: FileEntry, *, pack: str) -> bytes:
    """A listed file's bytes, of the listed size and hash. Raises PackIntegrityError."""
    data = source.read(name, entry.bytes)
    found = hashlib.sha256(data).hexdigest()
    if len(data) != entry.bytes or found != entry.sha256:
        raise PackIntegrityError(
            f"{pack}: {name} has the hash {found[:12]}… where {PACK_JSON} says "
            f"{entry.sha256[:12]}…; it was damaged or changed, get the pack again"
        )
    return data


class FolderSource:
    """A pack laid out as plain files in one folder: no links, no subfolders.

    All files are opened at once, while the folder stands in its place, so that what is read is one
    pack even where another takes its place meanwhile.
    """

    def __init__(self, folder: Path, opened: ExitStack) -> None:
        """opened: closes the files. Raises PackFormatError."""
        self._folder = folder
        problem: PackFormatError | None
        for _ in range(MOST_LOOKS):
            before = _identity(folder)
            try:
                self._files = self._open_all(opened)
                problem = None
            except PackFormatError as error:
                problem = error
            if before is not None and _identity(folder) == before:
                break
            opened.close()  # another pack has come into its place
        else:
            problem = problem or PackFormatError(
                f"{pack_label(folder)} is being replaced all the time; try again"
            )
        if problem is not None:
            raise problem

    def sizes(self) -> dict[str, int]:
        return {name: os.fstat(file.fileno()).st_size for name, file in self._files.items()}

    def read(self, name: str, limit: int) -> bytes:
        label = pack_label(self._folder)
        file = self._files.get(name)
        if file is None:
            raise PackFormatError(f"{label} lacks the file {shown(name)}; get the whole pack again")
        try:
            file.seek(0)
            data = file.read(limit + 1)
        except OSError as error:
            raise _unreadable(label, name, error) from error
        if len(data) > limit:
            raise PackFormatError(
                f"{label}: {name} has more than the {limit} bytes it may have; get the pack again"
            )
        return data

    def _open_all(self, opened: ExitStack) -> dict[str, BinaryIO]:
        label, name = pack_label(self._folder), str(self._folder)
        files: dict[str, BinaryIO] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if is_passed_over(entry.name):
                        continue
                    name = entry.name
                    _check_regular(entry.stat(follow_symlinks=False).st_mode, name)
                    if len(files) == MAX_FILES:
                        raise PackFormatError(
                            f"{label} holds more than {MAX_FILES} files; it is no style pack"
                        )
                    files[name] = opened.enter_context(_open_file(self._folder / name))
                    _check_regular(os.fstat(files[name].fileno()).st_mode, name)
        except OSError as error:
            raise _unreadable(label, name, error) from error
        except _NotRegularError as error:
            raise PackFormatError(f"{label}: {error}; put the file itself there") from error
        return files


class _NotRegularError(Exception):
    """An entry of a folder that is no regular file."""


def _check_regular(mode: int, name: str) -> None:
    if stat.S_ISLNK(mode):
        raise _NotRegularError(f"{shown(name)} is a symbolic link")
    if stat.S_ISDIR(mode):
        raise _NotRegularError(f"{shown(name)} is a folder where a file belongs")
    if not stat.S_ISREG(mode):
        raise _NotRegularError(f"{shown(name)} is a device or a pipe")


def _open_file(path: Path) -> BinaryIO:
    # It may have become a link or a pipe since someone looked. Windows lacks both flags.
    safely = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags = os.O_RDONLY | safely | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags), "rb")  # noqa: PTH123


def _identity(folder: Path) -> tuple[int, ...] | None:
    """What tells a folder from another one of that name; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns  # numbers of inodes are used again


def _unreadable(label: str, name: str, error: OSError) -> PackFormatError:
    what = f"{label}: cannot read {shown(name)} ({error.strerror})"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return PackFormatError(f"{what}; close programs and try again")
    return PackFormatError(f"{what}; check its permissions")
