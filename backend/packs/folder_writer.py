"""Writing a pack so that it is there whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..protocol.atomic_file import write_whole
from ..protocol.errors import PackInstallError
from .archive import is_passed_over, write_archive
from .folder_swap import put_in_place
from .pack_json.manifest import PACK_JSON, PICTURE_SUFFIXES, TENSOR_SUFFIX
from .pack_json.strict_json import shown
from .sources import open_pack, read_checked, read_checked_manifest


def check_replaceable(folder: Path) -> None:
    """Raise PackInstallError unless the folder is missing, empty, or holds a pack's files only:
    nothing else of the user's is ever written over or deleted.
    """
    if folder.is_symlink() or not folder.is_dir():
        if folder.is_symlink() or folder.exists():
            raise PackInstallError(f"{folder} is there already and is no folder; move it away")
        return
    try:
        with os.scandir(folder) as entries:
            found = {e.name: e.is_file(follow_symlinks=False) for e in entries}
    except OSError as error:
        raise PackInstallError(
            f"cannot look into {folder} ({error.strerror}); check its permissions"
        ) from error
    names = [name for name in found if not is_passed_over(name)]
    foreign = next((name for name in names if not found[name] or not _is_pack_file(name)), None)
    if foreign is not None:
        raise PackInstallError(
            f"{folder} holds {shown(foreign)}, which belongs to no pack, so it is not replaced or "
            "removed; move that away, or the whole folder"
        )
    if names and PACK_JSON not in names:
        raise PackInstallError(f"{folder} is no pack: it has no {PACK_JSON}; move it away")


def check_target(folder: Path) -> None:
    """Raise PackInstallError unless replace_folder could write there now; leaves nothing behind."""
    check_replaceable(folder)
    made = _missing_parents(folder)
    try:
        with explain_refusals(folder, 0):
            folder.parent.mkdir(parents=True, exist_ok=True)
            tried = _name_beside(folder)
            tried.mkdir()
            tried.rmdir()
    finally:
        for parent in made:
            _remove_if_empty(parent)


def replace_folder(
    folder: Path, files: Mapping[str, bytes], check: Callable[[Path], None] | None = None
) -> None:
    """Write files into a new folder beside the target, check it there, then put it in its place.

    A folder already there is replaced; others may replace it meanwhile, and the last one stays.
    When anything fails nothing is left behind and what was there stays. Raises PackInstallError,
    and what check raises.
    """
    made = _missing_parents(folder)
    new = leftover = None
    is_done = False
    try:
        with explain_refusals(folder, sum(map(len, files.values()))):
            folder.parent.mkdir(parents=True, exist_ok=True)
            # a leading dot: listing never takes a half-written folder for a pack
            new = leftover = _name_beside(folder)
            new.mkdir()
            for name, data in files.items():
                _write_synced(new / name, data)
        if check is not None:
            check(new)
        with explain_refusals(folder, 0):
            leftover = put_in_place(new, folder)
        is_done = True
    finally:
        if leftover is not None:
            shutil.rmtree(leftover, ignore_errors=True)
        if not is_done:
            for parent in made:
                _remove_if_empty(parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder, at once for whoever looks for it. Raises OSError; then it is there still."""
    aside = _name_beside(folder)
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def pack_archive(folder: Path, out_file: Path) -> None:
    """Write a pack, a folder or a .dynpack file, as one .dynpack file: the same bytes for the same
    pack. Raises a PackError.
    """
    with open_pack(folder) as source:
        manifest, _ = read_checked_manifest(source, folder)
        label = f"pack '{manifest.id}'"
        files = {PACK_JSON: source.read(PACK_JSON, source.sizes()[PACK_JSON])}
        for name, entry in manifest.files.items():
            files[name] = read_checked(source, name, entry, pack=label)
    with write_file(out_file) as stream:
        write_archive(files, stream)


@contextmanager
def write_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the path's place at the end, unless something was raised. Raises
    PackInstallError.
    """
    with explain_refusals(path, 0), write_whole(path) as stream:
        yield stream


@contextmanager
def explain_refusals(path: Path, needed: int) -> Iterator[None]:
    """Turn the operating system's refusals into PackInstallError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            size = f"{needed / 1e6:.1f} MB are needed; " if needed else ""
            raise PackInstallError(
                f"cannot write {path}: the disk is full; {size}free some space and try again"
            ) from error
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            raise PackInstallError(
                f"cannot write {path}: a file is where its folder would be; name another place"
            ) from error
        raise PackInstallError(
            f"cannot write {path} ({error.strerror}); check the folder's permissions"
        ) from error


def _name_beside(path: Path) -> Path:
    """A new hidden name in the same folder. Not tempfile's: its files are closed to other users."""
    return path.parent / f".{path.name}.{secrets.token_hex(8)}"


def _is_pack_file(name: str) -> bool:
    stem, suffix = Path(name).stem, Path(name).suffix
    picture = stem in ("preview", "thumbnail") and suffix in PICTURE_SUFFIXES
    return name == PACK_JSON or suffix == TENSOR_SUFFIX or picture


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _missing_parents(folder: Path) -> list[Path]:
    """The parents that do not exist yet, innermost first."""
    return [parent for parent in folder.parents if not parent.exists()]


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # someone else put something there meanwhile: it is theirs
