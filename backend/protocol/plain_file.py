"""Opens a file only where it is a plain one.

In a folder that others may write to, a link in a file's place leads to some other file, and a pipe
keeps whoever opens it waiting for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# No link is followed, no other process inherits the file, no bytes are translated on Windows, and a
# pipe in a file's place keeps nobody waiting.
SAFELY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


def open_plain(path: Path, flags: int, mode: int = 0o666) -> int:
    """A descriptor of it. Raises OSError, for a link, a pipe, a device or a folder, too, of which
    nothing was changed.
    """
    try:
        descriptor = os.open(path, flags | SAFELY, mode)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a pipe that nobody reads
            raise _not_plain(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_plain(path)
    return descriptor


def _not_plain(path: Path) -> OSError:
    return OSError(errno.EINVAL, f"{path.name} is a link or a pipe, and no plain file; remove it")
