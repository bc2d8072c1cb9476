"""One backend per user: a lock that the system takes back when its holder ends, however it ends.

Some network file systems have no locks. A backend serves there all the same, and is found by its
connection file alone; two that were started in the same moment may both serve.
"""

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
    """Held from its creation on, which only_instance() does. is_certain: the file system has locks,
    so that nobody else holds it.
    """

    def __init__(self, descriptor: int, *, is_certain: bool) -> None:
        self._descriptor = descriptor
        self.is_certain = is_certain

    def renew(self) -> bool:
        """Whether this process is still the user's one backend. Where the lock's file was removed,
        another may have locked a new one; if not, that is done here. Without locks nobody knows:
        then it is no, lest two take the connection file from each other without end. Raises
        ConnectionFileError.
        """
        if not self.is_certain:
            return False
        path = lock_file()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.lstat(path), os.fstat(self._descriptor)):
                return True
        lock = _lock()
        if lock is None:
            return False
        os.close(self._descriptor)
        self._descriptor, self.is_certain = lock._descriptor, lock.is_certain
        return True

    def release(self) -> None:
        os.close(self._descriptor)


@contextlib.contextmanager
def only_instance() -> Iterator[InstanceLock | None]:
    """Hold the user's lock while the block runs; None if another process has it.
    Raises ConnectionFileError.
    """
    lock = _lock()
    if lock is None:
        yield None
        return
    try:
        yield lock
    finally:
        lock.release()


def _lock() -> InstanceLock | None:
    """None if another process has it."""
    path = lock_file()
    make_own_folder(path.parent)
    descriptor = open_own(path, os.O_RDWR | os.O_CREAT)
    try:
        is_ours = try_lock(descriptor)
    except OSError:  # a file system without locks
        return InstanceLock(descriptor, is_certain=False)
    if is_ours:
        return InstanceLock(descriptor, is_certain=True)
    os.close(descriptor)
    return None
