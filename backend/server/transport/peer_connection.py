"""One connection of the backend's ROUTER: ZMTP 3 with the NULL mechanism, the listening side.

Nothing waits here: what can be read is read, what can be sent is sent, and a peer that breaks the
rules is closed. Until a peer has shown that it has the key, it may say little and not for long.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...protocol.errors import MalformedError, ProtocolError
from ...protocol.limits import Limits
from ...protocol.pixels import Buffer, byte_length
from ...protocol.transport.zmtp_frames import (
    GREETING,
    GREETING_BYTES,
    Command,
    FrameReader,
    check_greeting,
    check_ready,
    error_command,
    message_chunks,
    pong_command,
    ready_command,
)

HANDSHAKE_S = 3.0  # a connection that has not greeted by then is closed
TRUST_S = 20.0  # and one whose hello has not come
STUCK_S = 60.0  # a peer that takes nothing for so long is given up
STALLED_S = 60.0  # and one that does not go on with what it has begun to say
HELLO_BYTES = 1 << 16  # of a message from who has not shown the key yet; a hello has some hundred
TURNS = 8  # of reading, or of sending, before others have theirs
TURN_BYTES = 1 << 20  # and no more at once
MOST_UNSENT = 256  # pieces; a peer that reads none of them is not listened to
MOST_WORDS = 100  # messages and commands of who has not shown the key, which takes one


class PeerConnection:
    """For one thread. name: as the ROUTER calls it, never given again."""

    def __init__(self, accepted: socket.socket, name: bytes, limits: Limits) -> None:
        self.name = name
        self.socket = accepted
        self.is_trusted = False
        self.is_closed = False
        self._limits = limits
        little = min(HELLO_BYTES, limits.total_bytes)
        self._reader = FrameReader(replace(limits, frame_bytes=little, total_bytes=little))
        self._greeting = bytearray()
        self._is_ready = False
        self._is_refused = False
        self._arrived: list[Buffer] | None = None  # the next message
        self._words = 0
        self._unsent: deque[memoryview] = deque()
        self.unsent_bytes = 0
        self._began_at = self._heard_at = self._took_at = time.monotonic()
        accepted.setblocking(False)
        with contextlib.suppress(OSError):  # a peer that has gone already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._put([GREETING])

    @property
    def has_message(self) -> bool:
        return self._arrived is not None

    @property
    def held_bytes(self) -> int:
        """Of what it has said and nobody has taken yet."""
        return sum(map(byte_length, self._arrived or ())) + self._reader.held_bytes

    @property
    def is_listened_to(self) -> bool:
        """Whether more is to be read: one message after the other, and nothing from who does not
        read.
        """
        return self._arrived is None and len(self._unsent) < MOST_UNSENT

    @property
    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def trust(self) -> None:
        """It has the key: let it say all that the limits allow."""
        if not self.is_trusted:
            self.is_trusted = True
            self._reader.allow(self._limits, _allocate_uncleared)

    def refuse(self, reason: str) -> None:
        """Let it hear the reason and go; whatever it says is ignored."""
        self._is_refused = True
        self._put([error_command(reason)])
        self.send_some()

    def take(self) -> list[Buffer]:
        """The next message; there must be one."""
        assert self._arrived is not None
        taken, self._arrived = self._arrived, None
        try:
            self._look_through()
        except (ProtocolError, MemoryError):
            self.close()
        return taken

    def put(self, frames: Sequence[Buffer]) -> None:
        """Send a message as far as it goes now, the rest later."""
        self._put(message_chunks(frames))
        self.send_some()

    def receive_some(self) -> None:
        """Read what is there, but not for long."""
        try:
            rest = TURN_BYTES
            for _ in range(TURNS):
                count = self._read_once()
                rest -= count
                if count == 0:
                    self.close()
                if count == 0 or rest <= 0 or not self.is_listened_to:
                    return
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, ProtocolError):
            self.close()

    def send_some(self) -> None:
        """Send what waits, as far as it goes."""
        try:
            for _ in range(TURNS):
                if not self._unsent:
                    return
                sent = self.socket.send(self._unsent[0])
                self._took_at = time.monotonic()
                self.unsent_bytes -= sent
                if sent == len(self._unsent[0]):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = self._unsent[0][sent:]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()

    def check_times(self, now: float) -> None:
        """Close it if it has kept the backend waiting for too long."""
        is_late = not self._is_ready and now > self._began_at + HANDSHAKE_S
        is_silent = not self.is_trusted and now > self._began_at + TRUST_S
        is_stuck = self.has_unsent and now > self._took_at + STUCK_S
        has_stalled = self._reader.is_inside_message and now > self._heard_at + STALLED_S
        if is_late or is_silent or is_stuck or (has_stalled and self.is_listened_to):
            self.close()

    def excuse(self) -> None:
        """It was not listened to, so it is not to blame that nothing came."""
        self._heard_at = time.monotonic()

    def close(self) -> None:
        """Give it up; messages that have come whole stay. Whoever polls the socket closes it."""
        self.is_closed = True
        self._unsent.clear()
        self.unsent_bytes = 0

    def forget(self) -> None:
        """Give it up, and what it has said."""
        self.close()
        self._arrived = None
        self._reader = FrameReader(self._limits)

    def discard_arrivals(self) -> None:
        """Read what nobody will answer: closing a socket before that takes back what was sent."""
        with contextlib.suppress(OSError):
            while self.socket.recv(1 << 16):
                pass

    def _put(self, chunks: Sequence[Buffer]) -> None:
        views = [memoryview(chunk).cast("B") for chunk in chunks if byte_length(chunk)]
        if not self._unsent:
            self._took_at = time.monotonic()
        self._unsent.extend(views)
        self.unsent_bytes += sum(map(len, views))

    def _read_once(self) -> int:
        """Read once; how many bytes, 0 at the end."""
        if self._is_refused:
            return len(self.socket.recv(GREETING_BYTES))
        if len(self._greeting) == GREETING_BYTES:
            count = self.socket.recv_into(self._reader.space()[:TURN_BYTES])
            self._heard_at = time.monotonic()
            self._fill(count)
            return count
        data = self.socket.recv(GREETING_BYTES - len(self._greeting))
        self._greeting += data
        if len(self._greeting) == GREETING_BYTES:
            check_greeting(self._greeting)
            self._put([ready_command("ROUTER")])
            self.send_some()
        return len(data)

    def _fill(self, count: int) -> None:
        try:
            self._reader.filled(count)
            self._look_through()
        except MemoryError:  # what has come is half taken apart, and cannot be had again
            self.close()
            raise

    def _look_through(self) -> None:
        """Act on the commands that have come, up to the next message."""
        while self._arrived is None and (arrived := self._reader.take()) is not None:
            self._sort(arrived)

    def _sort(self, arrived: Command | list[Buffer]) -> None:
        self._words += 1
        if not self.is_trusted and self._words > MOST_WORDS:
            raise MalformedError(f"more than {MOST_WORDS} messages and commands, but no hello")
        if not isinstance(arrived, Command):
            if not self._is_ready:
                raise MalformedError("a message before READY")
            self._arrived = arrived
        elif not self._is_ready:
            check_ready(arrived, expected="DEALER")
            self._is_ready = True
        elif arrived.name == "PING":
            self._put([pong_command(arrived)])
            self.send_some()
        elif arrived.name != "PONG":
            raise MalformedError(f"{arrived.name} is no command for a ROUTER")


def _allocate_uncleared(size: int) -> memoryview:
    """Memory that the system clears as it is written to, without stopping other threads."""
    return np.empty(size, np.uint8).data
