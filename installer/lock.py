"""Lets one set-up of a checkout, or for a user, run at a time, so that two do not write the same
files.

The lock is the operating system's, on a file: it goes away with its process, however that ends. A
checkout has one that is there anyway (pyproject.toml), so nothing is left behind.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import FolderError, Obstacle
from .plain_files import open_plain

WAIT_S = 3600  # a first set-up over a slow line can take that long
POLL_S = 0.5

if sys.platform == "win32":
    import msvcrt

    FAR_BEHIND_THE_END = 2**30  # Windows forbids others to read a locked range: lock no real byte

    def _try_lock(descriptor: int) -> bool:
        import os

        os.lseek(descriptor, FAR_BEHIND_THE_END, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # some network file systems know no locks: go on without
            return True
        return True


@contextmanager
def file_lock(path: Path, *, report: Callable[[str], None]) -> Iterator[None]:
    """Hold a lock on the file, which is made if it is missing; wait for it if another has it.

    Raises FolderError if the file cannot be opened, or that takes longer than an hour.
    """
    try:
        file = open_plain(path) if path.exists() else path.open("ab")
    except OSError as error:
        raise FolderError(
            f"{path} cannot be opened ({error.strerror or error}); make it yours, then run this "
            "again",
            obstacle=Obstacle("write", str(path)),
        ) from error
    with file:
        deadline = time.monotonic() + WAIT_S
        waiting = False
        while not _try_lock(file.fileno()):
            if not waiting:
                report("Another set-up is running; waiting for it to end.")
                waiting = True
            if time.monotonic() > deadline:
                raise FolderError(
                    f"another set-up has held {path} for an hour.\n"
                    "Stop it if it hangs, then run this again."
                )
            time.sleep(POLL_S)
        yield
