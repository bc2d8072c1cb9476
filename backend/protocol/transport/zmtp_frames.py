"""The bytes of ZMTP 3.1 with the NULL mechanism, without any socket: greeting, commands, frames.

Written from the specification (https://rfc.zeromq.org/spec/37/). FrameReader hands out the memory
that is to be filled next, so that a large frame goes from the socket to its place without a copy.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import ConnectionLostError, MalformedError, OversizeError
from ..limits import Limits
from ..pixels import Buffer, byte_length

SocketType = Literal["DEALER", "ROUTER"]

GREETING_BYTES = 64
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)

_MORE, _LONG, _COMMAND = 1, 2, 4
_COMMAND_BYTES = 4096  # READY with its metadata, PING with up to 16 bytes of context
_INPUT_BYTES = 1 << 16
# A larger frame's memory is made as it arrives: who only announces one gets little, and clearing
# memory, which stops every other thread of Python, stops them for a millisecond only.
_STEP_BYTES = 1 << 20
_CONTEXT_BYTES = 16  # of PING, by the specification


@dataclass(frozen=True)
class Command:
    name: str
    data: bytes


def check_greeting(greeting: Buffer) -> None:
    """Raise ConnectionLostError unless 64 bytes are a ZMTP 3 greeting with the NULL mechanism."""
    data = bytes(greeting)
    if data[0] != 0xFF or data[9] & 1 == 0:
        raise ConnectionLostError(
            f"what listens there does not speak ZeroMQ (it began with {data[:12]!r}); is the "
            "connection file of an old backend?"
        )
    mechanism = data[12:32].rstrip(b"\0")
    if data[10] < 3 or mechanism != b"NULL":
        raise ConnectionLostError(
            f"the peer speaks ZMTP {data[10]} with {mechanism!r}; only ZMTP 3 with NULL is "
            "understood here"
        )


def ready_command(socket_type: SocketType = "DEALER") -> bytes:
    """The frame that says what we are, without an identity of our own."""
    properties = _property(b"Socket-Type", socket_type.encode()) + _property(b"Identity", b"")
    return _command_frame(b"\x05READY" + properties)


def error_command(reason: str) -> bytes:
    """The frame that refuses a connection. reason: up to 200 ASCII characters."""
    text = reason.encode("ascii")
    return _command_frame(b"\x05ERROR" + bytes((len(text),)) + text)


def check_ready(command: Command, *, expected: SocketType = "ROUTER") -> None:
    """Raise ConnectionLostError unless the peer said READY as a socket of the expected type."""
    if command.name == "ERROR":
        raise ConnectionLostError(f"the peer refused the connection: {command.data[1:]!r:.100}")
    if command.name != "READY":
        raise ConnectionLostError(f"the peer sent {command.name!r:.20} before READY")
    socket_type = _properties(command.data).get(b"socket-type", b"")
    if socket_type != expected.encode():
        raise ConnectionLostError(f"the peer is a {socket_type!r:.30} socket, but no {expected}")


def pong_command(ping: Command) -> bytes:
    """The frame that answers a PING: its context, after two bytes of time to live."""
    context = ping.data[2:]
    if len(ping.data) < 2 or len(context) > _CONTEXT_BYTES:
        raise MalformedError(f"PING of {len(ping.data)} bytes; it has 2 to {2 + _CONTEXT_BYTES}")
    return _command_frame(b"\x04PONG" + context)


def message_chunks(frames: Sequence[Buffer]) -> list[Buffer]:
    """The bytes of a multipart message, as pieces to send in order. Large frames are not copied."""
    chunks: list[Buffer] = []
    small = bytearray()
    for i, frame in enumerate(frames):
        size = byte_length(frame)
        flags = _MORE if i < len(frames) - 1 else 0
        small += struct.pack("!BQ", flags | _LONG, size) if size > 255 else bytes((flags, size))
        if size <= _INPUT_BYTES:
            small += frame
        else:
            chunks += [small, frame]
            small = bytearray()
    return [*chunks, small] if small else chunks


class FrameReader:
    """Cuts what arrives into commands and multipart messages, one when it is asked for.

    Fill some of space(), say how much with filled(n), which ends that view's life, then take() what
    is complete, until nothing is. Raises MalformedError and OversizeError; then the stream cannot
    be read further. Where there is no memory for space(), it may be asked for again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._input = memoryview(bytearray(_INPUT_BYTES))
        self._start = self._end = 0
        self._make: Callable[[int], memoryview] | None = None
        self._frame: bytearray | memoryview | None = None  # one that did not arrive at once
        self._frame_size = self._frame_end = 0
        self._space: memoryview | None = None
        self._is_last = False
        self._frames: list[Buffer] = []
        self._total = 0
        self._complete: Command | list[Buffer] | None = None

    def space(self) -> memoryview:
        """The memory that the next bytes belong in; never empty once take() gave None."""
        if self._frame is not None:
            if self._frame_end == len(self._frame) and isinstance(self._frame, bytearray):
                self._frame += bytes(min(self._frame_size - self._frame_end, _STEP_BYTES))
            self._space = memoryview(self._frame)[self._frame_end :]
            return self._space
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == _INPUT_BYTES:
            rest = bytes(self._input[self._start : self._end])
            self._input[: len(rest)] = rest
            self._start, self._end = 0, len(rest)
        return self._input[self._end :]

    def filled(self, count: int) -> None:
        if self._frame is None:
            self._end += count
            return
        if self._space is not None:
            self._space.release()  # a bytearray does not grow while someone looks at it
        self._frame_end += count
        if self._frame_end == self._frame_size:
            whole, self._frame = self._frame, None
            self._add(whole)

    def allow(self, limits: Limits, make: Callable[[int], memoryview]) -> None:
        """Take other limits from the next frame on. make: gives so many writable bytes, at best not
        cleared, for large frames of a peer who may fill them; where it has no memory, memory is
        made as the frame arrives.
        """
        self._limits, self._make = limits, make

    @property
    def held_bytes(self) -> int:
        """Of the message that has begun and was not taken yet."""
        whole = [] if isinstance(self._complete, Command) else self._complete or []
        frames = sum(map(byte_length, (*self._frames, *whole)))
        return frames + self._frame_end * (self._frame is not None)

    def take(self) -> Command | list[Buffer] | None:
        """The next complete command or message, in the order they came; None if there is none."""
        while self._complete is None and self._parse_input():
            pass
        taken, self._complete = self._complete, None
        return taken

    @property
    def is_inside_message(self) -> bool:
        return bool(self._frames) or self._frame is not None or self._start != self._end

    def _parse_input(self) -> bool:
        """Take one frame off the input. False if it needs more bytes."""
        available = self._end - self._start
        if self._frame is not None or available < 2:
            return False
        flags = self._input[self._start]
        if flags & ~(_MORE | _LONG | _COMMAND) or (flags & _COMMAND and flags & _MORE):
            raise MalformedError(f"ZMTP: a frame has the flags {flags:#04x}, which mean nothing")
        head = 9 if flags & _LONG else 2
        if available < head:
            return False
        size = int.from_bytes(self._input[self._start + 1 : self._start + head], "big")
        self._check_size(size, is_command=bool(flags & _COMMAND))
        if flags & _COMMAND:
            if available < head + size:
                return False
            self._complete = _command(self._take_input(head, size))
            return True
        self._is_last = not flags & _MORE
        self._total += size
        if available >= head + size:
            self._add(self._take_input(head, size))
            return True
        self._frame = self._new_frame(size)
        self._frame_size = size
        rest = self._take_input(head, available - head)
        self._frame[: len(rest)] = rest
        self._frame_end = len(rest)
        return False

    def _new_frame(self, size: int) -> bytearray | memoryview:
        if self._make is not None and size > _STEP_BYTES:
            with contextlib.suppress(MemoryError):
                return self._make(size)
        return bytearray(min(size, _STEP_BYTES))

    def _take_input(self, head: int, size: int) -> bytes:
        begin = self._start + head
        self._start = begin + size
        return bytes(self._input[begin : self._start])

    def _add(self, frame: Buffer) -> None:
        self._frames.append(frame)
        if self._is_last:
            self._complete, self._frames, self._total = self._frames, [], 0

    def _check_size(self, size: int, *, is_command: bool) -> None:
        """Refuse what is too large before any memory is made for it."""
        limits = self._limits
        if is_command:
            if size > _COMMAND_BYTES:
                raise OversizeError(
                    f"ZMTP: a command of {size} bytes; the most is {_COMMAND_BYTES}"
                )
            return
        if size > limits.frame_bytes or self._total + size > limits.total_bytes:
            raise OversizeError(
                f"ZMTP: a frame of {size} bytes after {self._total}; at most {limits.frame_bytes} "
                f"in one frame and {limits.total_bytes} in a message are allowed"
            )
        if len(self._frames) >= limits.frames:
            raise OversizeError(f"ZMTP: a message of more than {limits.frames} frames")


def _command_frame(body: bytes) -> bytes:
    return bytes((_COMMAND, len(body))) + body  # ours have fewer than 256 bytes


def _property(name: bytes, value: bytes) -> bytes:
    return bytes((len(name),)) + name + struct.pack("!I", len(value)) + value


def _command(body: bytes) -> Command:
    end = 1 + body[0] if body else 0
    name = body[1:end]
    if not body or not name or len(body) < end or not name.isascii():
        raise MalformedError(f"ZMTP: a command without a proper name: {body[:20]!r}")
    return Command(name.decode("ascii"), body[end:])


def _properties(data: bytes) -> dict[bytes, bytes]:
    """READY's metadata; names are case-insensitive."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        name_end = at + 1 + data[at]
        value_start = name_end + 4
        value_end = value_start + int.from_bytes(data[name_end:value_start], "big")
        if value_end > len(data) or value_start > len(data):
            raise MalformedError("ZMTP: the metadata of READY is cut short")
        found[data[at + 1 : name_end].lower()] = data[value_start:value_end]
        at = value_end
    return found
