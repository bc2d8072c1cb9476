"""Replies on their way from the worker threads to the server's loop, which owns the socket."""

from __future__ import annotations

import contextlib
import queue
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from .protocol.codec import Address
from .protocol.messages import Reply


@dataclass(frozen=True)
class Ticket:
    """Where the replies to one request go. peer: the connection, as the ROUTER names it."""

    peer: bytes
    address: Address


class Answers:
    """A queue whose reader waits in a poll: `wakes` becomes readable when something was put."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Ticket, Reply]] = queue.SimpleQueue()
        self.wakes, self._bell = socket.socketpair()
        self.wakes.setblocking(False)
        self._bell.setblocking(False)

    def put(self, ticket: Ticket, reply: Reply) -> None:
        """From any thread."""
        self._queue.put((ticket, reply))
        self.ring()

    def ring(self) -> None:
        """Wake the reader up without an answer. From any thread, and from a signal handler."""
        with contextlib.suppress(OSError):  # full: it will wake up anyway; closed: nobody is there
            self._bell.send(b"!")

    def take(self) -> Iterator[tuple[Ticket, Reply]]:
        """All that is there."""
        with contextlib.suppress(BlockingIOError):
            while self.wakes.recv(4096):
                pass
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._queue.get_nowait()

    def close(self) -> None:
        self.wakes.close()
        self._bell.close()
