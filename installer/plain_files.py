"""Files that others may have put in their place, read only where they are plain files: opening a
pipe waits for whoever writes to it, and a device may give without end.

As `backend/protocol/process/plain_files.py`, which is not there before the backend is.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# A pipe keeps nobody waiting, and a terminal does not become this process's.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_plain(path: Path) -> BinaryIO:
    """Open a file to read its bytes. Raises OSError, also for what is no plain file."""
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no plain file")
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def why_no_path(path: Path) -> str:
    """Why no file can have that path, on which Path.exists() and the like raise; "" if one can."""
    try:
        os.lstat(path)
    except ValueError:
        return "it holds what no name of a file may"
    except OSError as error:
        return "it is too long" if error.errno == errno.ENAMETOOLONG else ""
    return ""


def read_plain(path: Path) -> bytes:
    """All of a file's bytes. Raises OSError, also for what is no plain file."""
    with open_plain(path) as file:
        return file.read()
