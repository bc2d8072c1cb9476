"""Files that others may have put in their place, or damaged: read only where they are plain files.
Opening a pipe waits for whoever writes to it, and a device may give without end.

Unlike those of `own_files`, they may be of any user's; and links, but for open_unlinked.

Paths that come out of such a file may be none that a file can have, for which Path.exists() raises.
"""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

# A pipe keeps nobody waiting, a terminal does not become this process's, no other process inherits
# the file, and no bytes are translated on Windows.
SAFELY = (
    getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def open_plain(path: Path) -> BinaryIO:
    """Open a file to read its bytes. Raises OSError, also for what is no plain file, and ValueError
    for a path that no file can have.
    """
    descriptor = os.open(path, os.O_RDONLY | SAFELY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no plain file")
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def open_unlinked(path: Path, flags: int, mode: int = 0o666) -> int:
    """A descriptor of a file in a folder that others may write to. Raises OSError, for a link, a
    pipe, a device or a folder, too, of which nothing was changed.
    """
    try:
        descriptor = os.open(path, flags | SAFELY | NO_LINK, mode)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a pipe that nobody reads
            raise _linked(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _linked(path)
    return descriptor


def _linked(path: Path) -> OSError:
    return OSError(errno.EINVAL, f"{path.name} is a link or a pipe, and no plain file; remove it")


def read_json(path: Path, *, most_bytes: int) -> Any:
    """What a JSON file holds, with None for every number that a float cannot hold: int() and
    float() of such a one raise what no reader of a damaged member expects.

    Raises OSError as open_plain, and ValueError for what is no JSON, or larger, or nested too
    deep.
    """
    with open_plain(path) as file:
        return parse_json(file, most_bytes=most_bytes)


def parse_json(file: BinaryIO, *, most_bytes: int) -> Any:
    """As read_json, of a file that is open."""
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise ValueError(f"more than {most_bytes} bytes")
    try:
        return json.loads(
            data,
            parse_constant=lambda _: None,
            parse_float=_float,
            parse_int=lambda digits: None if _float(digits) is None else int(digits),
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def is_there(path: Path) -> bool:
    """Whether there is a file or folder of that path. One that is too long has none, nor has one
    that this user cannot look at.
    """
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; as is_there."""
    return os.path.isdir(path)  # noqa: PTH112


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
