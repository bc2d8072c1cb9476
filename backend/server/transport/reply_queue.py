"""Replies on their way from the worker threads to the server's loop, which owns the socket."""

from __future__ import annotations

import contextlib
import queue
import socket
from dataclasses import dataclass

from ...protocol.codec import Address
from ...protocol.messages import Reply


@dataclass(frozen=True)
class ReplyAddress:
    """Where the replies to one request go. peer: the connection, as the ROUTER names it."""

    peer: bytes
    address: Address


class Answers:
    """A queue whose reader waits in a poll: `wakes` becomes readable when something was put."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[ReplyAddress, Reply]] = queue.SimpleQueue()
        self.wakes, self._bell = socket.socketpair()
        self.wakes.setblocking(False)
        self._bell.setblocking(False)

    def put(self, reply_to: ReplyAddress, reply: Reply) -> None:
        """From any thread."""
        self._queue.put((reply_to, reply))
        self.ring()

    def ring(self) -> None:
        """Wake the reader up without an answer. From any thread, and from a signal handler."""
        # full: it will wake up anyway; closed: nobody is there; no memory: it looks by itself, soon
        with contextlib.suppress(OSError, MemoryError):
            self._bell.send(b"!")

    def take(self) -> tuple[ReplyAddress, Reply] | None:
        """The next one; None if there is none."""
        with contextlib.suppress(queue.Empty):
            return self._queue.get_nowait()
        return None

    def hush(self) -> None:
        """Let `wakes` be readable no more. Before what is there is taken."""
        with contextlib.suppress(BlockingIOError):
            while self.wakes.recv(4096):
                pass

    def close(self) -> None:
        self.wakes.close()
        self._bell.close()
