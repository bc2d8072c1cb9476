"""Files that appear under their name only when complete, and the words for what goes wrong.

A reader never sees half a file, and a failed run leaves what was there before.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .deadline import Deadline

PATIENCE_S = 2.0  # on Windows, where whoever reads the old file holds it for a moment
PAUSE_S = 0.01
UNFINISHED = ".dynamic-style-*.part"


@contextmanager
def write_whole(
    path: Path,
    *,
    follows_link: bool = True,
    opener: Callable[[str, int], int] | None = None,
    replaces: bool = True,
) -> Iterator[BinaryIO]:
    """A new file to write and seek in. It takes path's place when the block ends, and is removed
    when the block raises.

    follows_link: whether it is the file that a symbolic link leads to which is replaced, or the
    link. opener: makes the file, as open() takes it; otherwise it is the process's umask that says
    who may read it. replaces: otherwise what has come to be there meanwhile stays. Raises OSError,
    which the caller gives a name, FileExistsError among it.
    """
    target = Path(os.path.realpath(path)) if follows_link else path
    unfinished = unfinished_beside(target)
    try:
        with open(unfinished, "x+b", opener=opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replaces or not _put_where_nothing_is(unfinished, target):
            _put_in_place(unfinished, target)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def unfinished_beside(path: Path) -> Path:
    """A name that nobody has for what is to take path's place."""
    return path.with_name(UNFINISHED.replace("*", secrets.token_hex(6)))


def remove_unfinished(folder: Path) -> None:
    """What killed programs left in a folder where nothing is written now. Raises OSError."""
    for path in folder.glob(f"{UNFINISHED}*"):  # there may be a suffix
        path.unlink(missing_ok=True)


def _put_where_nothing_is(unfinished: Path, target: Path) -> bool:
    """Give it its name as well, in one step; False where file systems have no further names."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError as error:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        return False
    return True


def _put_in_place(unfinished: Path, target: Path) -> None:
    deadline = Deadline(PATIENCE_S)
    while True:
        try:
            os.replace(unfinished, target)  # noqa: PTH105
            return
        except PermissionError:
            is_held = sys.platform == "win32" and not deadline.is_over
            if not is_held:
                raise
        time.sleep(PAUSE_S)


def write_failure(name: str, error: OSError) -> str:
    """What went wrong and what to do, for an OSError while writing."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{name}: the disk is full; free some space or write to another folder"
    if error.errno == errno.EFBIG:
        return f"{name}: the file is larger than the system allows; write to another folder"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{name}: writing there is not allowed; choose another folder"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{name}: its folder does not exist; make it, or check the path"
    return f"{name}: cannot be written ({error.strerror or error}); choose another place"
