"""A folder in the place of another, at once: whoever looks finds the old one or the new one.

Linux and macOS exchange two names in one step; renameat2(2) and renamex_np(2) are not in Python.
Elsewhere, and on file systems that cannot, there is nothing under the name for a moment.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 5.0  # others may be at the same folder; on Windows, whoever reads it holds it
PAUSE_S = 0.01
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}


def put_in_place(new: Path, folder: Path) -> Path | None:
    """Give the folder `new` the name `folder`, while others may do the same. Where what had that
    name lies now, None where nothing had. Raises OSError; then both are where they were.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return _step(new, folder)
        except OSError as error:
            is_held = sys.platform == "win32" and isinstance(error, PermissionError)
            is_raced = isinstance(error, FileNotFoundError) or error.errno in _TAKEN
            if not (is_held or is_raced) or not new.exists() or time.monotonic() > end:
                raise
        time.sleep(PAUSE_S)


def _step(new: Path, folder: Path) -> Path | None:
    if not folder.exists():
        new.rename(folder)
        return None
    if _exchange(new, folder):
        return new
    aside = new.with_name(f"{new.name}.old")
    folder.rename(aside)
    try:
        new.rename(folder)
    except OSError:
        with suppress(OSError):  # somebody else has put one there meanwhile
            aside.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return aside


def _exchange(one: Path, other: Path) -> bool:
    """Whether both names were exchanged. False where the system cannot; raises OSError."""
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        code = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        code = libc.renamex_np(names[0], names[1], _RENAME_SWAP)
    else:
        return False
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))
