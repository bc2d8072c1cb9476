"""One backend per user: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..protocol.process.file_lock import try_lock
from ..protocol.process.own_files import make_own_folder, open_own
from ..protocol.process.user_folders import runtime_folder

FILE_NAME = "backend.lock"


def lock_file() -> Path:
    return runtime_folder() / FILE_NAME


class InstanceLock:
    """Held from its creation on, which only_instance() does."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def renew(self) -> bool:
        """Whether this process is still the user's one backend. Where the lock's file was removed,
        another may have locked a new one; if not, that is done here. Raises ConnectionFileError.
        """
        path = lock_file()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.lstat(path), os.fstat(self._descriptor)):
                return True
        descriptor = _lock()
        if descriptor is None:
            return False
        os.close(self._descriptor)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        os.close(self._descriptor)


@contextlib.contextmanager
def only_instance() -> Iterator[InstanceLock | None]:
    """Hold the user's lock while the block runs; None if another process has it.
    Raises ConnectionFileError.
    """
    descriptor = _lock()
    if descriptor is None:
        yield None
        return
    lock = InstanceLock(descriptor)
    try:
        yield lock
    finally:
        lock.release()


def _lock() -> int | None:
    """A descriptor that holds the lock; None if another process has it."""
    path = lock_file()
    make_own_folder(path.parent)
    descriptor = open_own(path, os.O_RDWR | os.O_CREAT)
    with contextlib.suppress(OSError):  # of a file system without locks
        if try_lock(descriptor):
            return descriptor
    os.close(descriptor)
    return None
