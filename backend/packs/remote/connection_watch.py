"""An end for HTTPS connections that never fall silent.

A socket's own timeout begins anew with each byte, so a server that drips its headers, a redirect or
TLS itself outlasts any. Here a timer shuts all connections of a download when its deadline is over.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.client import HTTPSConnection
from typing import Any

from ...protocol.deadline import Deadline


class ConnectionWatch:
    """Knows every connection that was made under it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._is_over = False

    def connect(self, *arguments: Any, **options: Any) -> socket.socket:
        """As socket.create_connection. Of the connection a second handle is kept: TLS takes the
        first one away, and only a handle of one's own can be closed at any time.
        """
        made = socket.create_connection(*arguments, **options)
        with self._lock:
            self._handles.append(made.dup())
            if self._is_over:
                self._shut_all()
        return made

    def end(self) -> None:
        """Whoever reads from one of the connections now gets no more."""
        with self._lock:
            self._is_over = True
            self._shut_all()

    def close(self) -> None:
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles = []

    def _shut_all(self) -> None:
        for handle in self._handles:
            with contextlib.suppress(OSError):  # it has ended by itself
                handle.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(deadline: Deadline) -> Iterator[ConnectionWatch]:
    """A watch that ends its connections when the deadline is over, or the block is left."""
    watch = ConnectionWatch()
    timer = threading.Timer(deadline.remaining_s(), watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        watch.close()


class WatchedHandler(urllib.request.HTTPSHandler):
    """Opens https addresses, by a proxy or not, under a watch."""

    def __init__(self, watch: ConnectionWatch) -> None:
        self._secure = ssl.create_default_context()
        super().__init__(context=self._secure)
        self._watch = watch

    def https_open(self, request: urllib.request.Request) -> Any:
        connection: Any = partial(_WatchedConnection, watch=self._watch)
        return self.do_open(connection, request, context=self._secure)


class _WatchedConnection(HTTPSConnection):
    def __init__(self, *arguments: Any, watch: ConnectionWatch, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # http.client calls this attribute in place of socket.create_connection
        self._create_connection = watch.connect
