"""A ZeroMQ DEALER socket in pure Python, for hosts that can load no compiled package.

One TCP connection to a ROUTER on this machine, for one thread. Every operation has a deadline; a
deadline that passes while a message arrives loses nothing, the next receive() goes on with it.
"""

from __future__ import annotations

import contextlib
import re
import socket
import sys
from collections import deque
from collections.abc import Sequence

from ..deadline import Deadline
from ..errors import ConnectionLostError, MalformedError, ProtocolError
from ..limits import DEFAULT_LIMITS, Limits
from ..pixels import Buffer
from .zmtp_frames import (
    GREETING,
    GREETING_BYTES,
    Command,
    FrameReader,
    check_greeting,
    check_ready,
    message_chunks,
    pong_command,
    ready_command,
)

_ENDPOINT = re.compile(r"tcp://(127\.0\.0\.1):([0-9]{1,5})")
_MAX_READS = 64  # of what waits, before a send; a peer that never pauses must not keep us there
_PONG_TIMEOUT_S = 1.0
# A program that embeds Python, as Krita does, may leave SIGPIPE at its default: then writing to a
# peer that has died would end the whole program without a word. Linux is told at each send, macOS
# once for the socket; its option has no name in Python (sys/socket.h). Windows has no such signal.
_SEND_FLAGS = getattr(socket, "MSG_NOSIGNAL", 0)
_SO_NOSIGPIPE = 0x1022


class Dealer:
    """Connects at the first send(), and again at the next one after the connection was lost.

    A lost connection is never hidden: whoever waits gets ConnectionLostError, because the answer
    will not come, and is_connected() is false, because the next peer may be another.
    """

    def __init__(self, endpoint: str, *, limits: Limits = DEFAULT_LIMITS) -> None:
        match = _ENDPOINT.fullmatch(endpoint)
        if match is None or int(match[2]) > 65535:
            raise ConnectionLostError(f"{endpoint!r:.60} is no endpoint like tcp://127.0.0.1:PORT")
        self._endpoint = endpoint
        self._address = (match[1], int(match[2]))
        self._limits = limits
        self._socket: socket.socket | None = None
        self._reader = FrameReader(limits)
        self._messages: deque[list[Buffer]] = deque()

    def __enter__(self) -> Dealer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def is_connected(self) -> bool:
        """Whether the next send() goes to the same peer as the last. Answers waiting PINGs."""
        with contextlib.suppress(ProtocolError):  # which closes the connection
            for _ in range(_MAX_READS):
                if self._socket is None or not self._read_some(Deadline(0)):
                    break
        return self._socket is not None

    def send(self, frames: Sequence[Buffer], *, timeout_s: float) -> None:
        """Send one multipart message, connecting first if need be.

        Raises ConnectionLostError, or ProtocolTimeoutError, after which nothing of the message
        counts: the connection is given up.
        """
        deadline = Deadline(timeout_s)
        if self._socket is None:
            self._connect(deadline)
        self._send_all(message_chunks(frames), deadline)

    def receive(self, *, timeout_s: float) -> list[Buffer]:
        """Wait for one multipart message; its frames are the caller's.

        Raises ProtocolTimeoutError, after which one may wait again, ConnectionLostError, or
        another ProtocolError for bytes that are no ZMTP or too many.
        """
        deadline = Deadline(timeout_s)
        while not self._messages:
            is_last_try = deadline.is_over  # a peer that never pauses must not keep us here
            if not self._read_some(deadline) or (is_last_try and not self._messages):
                raise deadline.error(f"no {self._missing()} from {self._endpoint}")
        return self._messages.popleft()

    def close(self) -> None:
        """Close the connection, if there is one. What was sent still arrives."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._reader = FrameReader(self._limits)
        self._messages.clear()

    def _missing(self) -> str:
        return "rest of the message" if self._reader.is_inside_message else "answer"

    def _connect(self, deadline: Deadline) -> None:
        self.close()
        try:
            host, port = self._address  # bytes: text would load the codec for international names
            timeout_s = _positive_s(deadline)
            address = (host.encode("ascii"), port)
            self._socket = socket.create_connection(address, timeout_s)  # type: ignore[arg-type]
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if sys.platform == "darwin":
                self._socket.setsockopt(socket.SOL_SOCKET, _SO_NOSIGPIPE, 1)
        except TimeoutError as error:
            raise deadline.error(f"no connection to {self._endpoint}") from error
        except OSError as error:
            self.close()
            raise ConnectionLostError(
                f"nothing listens at {self._endpoint} ({error.strerror or error}); start the "
                "backend"
            ) from error
        try:
            self._handshake(self._socket, deadline)
        except ProtocolError:
            self.close()
            raise

    def _handshake(self, connected: socket.socket, deadline: Deadline) -> None:
        self._send_all([GREETING], deadline)
        greeting = memoryview(bytearray(GREETING_BYTES))
        rest = greeting
        while rest:
            count = self._receive_into(connected, rest, deadline)
            if count == 0:
                raise deadline.error(f"no ZeroMQ greeting from {self._endpoint}")
            rest = rest[count:]
        check_greeting(greeting)
        self._send_all([ready_command()], deadline)
        while (command := self._reader.take()) is None:
            if not self._fill(connected, deadline):
                raise deadline.error(f"no ZeroMQ handshake from {self._endpoint}")
        if not isinstance(command, Command):
            raise ConnectionLostError("the peer sent a message before READY")
        check_ready(command)
        self._sort_arrivals()

    def _read_some(self, deadline: Deadline) -> bool:
        """Read what is there, or wait for some of it; False if the deadline passed first."""
        if self._socket is None:
            raise ConnectionLostError(
                f"not connected to {self._endpoint} (any more); send the request again"
            )
        try:
            has_read = self._fill(self._socket, deadline)
            self._sort_arrivals()
        except ProtocolError:
            self.close()
            raise
        return has_read

    def _fill(self, connected: socket.socket, deadline: Deadline) -> bool:
        count = self._receive_into(connected, self._reader.space(), deadline)
        self._reader.filled(count)
        return count > 0

    def _receive_into(self, connected: socket.socket, space: memoryview, deadline: Deadline) -> int:
        """Bytes read into space; 0 if the deadline passed first."""
        try:
            connected.settimeout(deadline.remaining_s())
            count = connected.recv_into(space)
        except (TimeoutError, BlockingIOError):
            return 0
        except OSError as error:
            raise self._lost(error) from error
        if count == 0:
            raise self._lost(None)
        return count

    def _sort_arrivals(self) -> None:
        """Keep the messages that have arrived, and act on the commands."""
        while (arrived := self._reader.take()) is not None:
            if not isinstance(arrived, Command):
                self._messages.append(arrived)
            elif arrived.name == "PING":
                self._send_all([pong_command(arrived)], Deadline(_PONG_TIMEOUT_S))
            elif arrived.name == "ERROR":
                raise ConnectionLostError(f"the peer said: {arrived.data[1:]!r:.100}")
            elif arrived.name != "PONG":
                raise MalformedError(f"ZMTP: {arrived.name!r:.20} is no command for a DEALER")

    def _send_all(self, chunks: Sequence[Buffer], deadline: Deadline) -> None:
        if self._socket is None:
            raise ConnectionLostError(f"not connected to {self._endpoint}")
        try:
            for chunk in chunks:
                rest = memoryview(chunk).cast("B")
                while rest:
                    self._socket.settimeout(deadline.remaining_s())
                    rest = rest[self._socket.send(rest, _SEND_FLAGS) :]
        except (TimeoutError, BlockingIOError) as error:
            self.close()
            raise deadline.error(f"{self._endpoint} did not take the whole message") from error
        except OSError as error:
            self.close()
            raise self._lost(error) from error

    def _lost(self, error: OSError | None) -> ConnectionLostError:
        why = "" if error is None else f" ({error.strerror or error})"
        return ConnectionLostError(
            f"{self._endpoint} closed the connection{why}; the backend may have ended, try again"
        )


def _positive_s(deadline: Deadline) -> float:
    return max(0.001, deadline.remaining_s())  # 0 would mean: do not wait at all
