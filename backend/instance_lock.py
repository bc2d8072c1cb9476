"""One backend per user: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from .protocol.connection import runtime_folder
from .protocol.errors import ConnectionFileError

FILE_NAME = "backend.lock"


@contextlib.contextmanager
def only_instance() -> Iterator[bool]:
    """Hold the user's lock while the block runs; False if another process has it.
    Raises ConnectionFileError.
    """
    path = runtime_folder() / FILE_NAME
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise ConnectionFileError(
            f"{path}: cannot be made ({error.strerror}); check the folder's permissions"
        ) from error
    try:
        yield _is_locked_by_us(descriptor)
    finally:
        os.close(descriptor)  # which gives the lock back


def _is_locked_by_us(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
