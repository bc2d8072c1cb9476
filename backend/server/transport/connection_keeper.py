"""Keeps the connection file what it should be for as long as the backend lives.

Cleaners, sync tools and restored backups remove it, damage it, open it to others or put an old one
in its place. Whoever looks for the backend then finds none, and cannot start one either, since this
one holds the lock.
"""

from __future__ import annotations

import contextlib
import logging
import threading

from ...protocol.errors import ConnectionFileError
from ...protocol.process.connection_file import (
    Connection,
    read_connection,
    remove_connection,
    write_connection,
)
from ..instance_lock import InstanceLock

CHECK_S = 0.5  # shorter than what a host waits for an answer before it reads the file again
END_S = 5.0

log = logging.getLogger(__name__)


class ConnectionKeeper:
    """Writes the file at once, looks after it in a thread of its own, and removes it in the end."""

    def __init__(self, connection: Connection, lock: InstanceLock) -> None:
        """Raises ConnectionFileError."""
        self._connection = connection
        self._lock = lock
        self._trouble = ""  # told already
        self._is_over = threading.Event()
        write_connection(connection)
        self._thread = threading.Thread(target=self._work, name="connection-file", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Withdraw the file, so that nobody waits for a backend that is ending."""
        self._is_over.set()
        self._thread.join(END_S)
        with contextlib.suppress(ConnectionFileError):  # damaged or not ours: of no use anyway
            remove_connection(self._connection)

    def _work(self) -> None:
        while not self._is_over.wait(CHECK_S):
            try:
                self._look()
                self._trouble = ""
            except Exception as error:  # a full disk, say, or no memory: it may pass
                self._tell(error)

    def _look(self) -> None:
        if self._lock.renew() and not self._is_there():
            write_connection(self._connection)
            log.warning("the connection file was gone or changed; wrote it anew")

    def _is_there(self) -> bool:
        try:
            return read_connection() == self._connection
        except ConnectionFileError:
            return False

    def _tell(self, error: Exception) -> None:
        with contextlib.suppress(Exception):
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.warning("the connection file cannot be looked after: %s", error)
