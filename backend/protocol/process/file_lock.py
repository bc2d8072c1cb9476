"""A lock on an open file that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys

PLACE = 1 << 30  # of the byte that is locked on Windows, where nobody could read it


def try_lock(descriptor: int) -> bool:
    """Whether the file is locked by this process now; nothing waits. Closing it unlocks it. Raises
    OSError where the file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, PLACE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the latter on Windows
        return False
    return True
