"""Messages <-> frames `[signature][header][buffer]...`; both sides refuse what PROTOCOL.md forbids.

Reading has two steps, so that a backend can answer a request that is signed but wrong: first
open_request or open_reply (sizes, signature, header), then read_message (buffers, fields). Nothing
is parsed before its signature has been checked, and nothing is copied.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import (
    MalformedError,
    OversizeError,
    ProtocolVersionError,
    SignatureError,
    UnsupportedError,
)
from .limits import DEFAULT_LIMITS, Limits
from .messages import REPLIES, REQUESTS, Message, Reply, Request
from .packing import pack, unpack
from .pixels import Buffer, Pixels, byte_length
from .schema import Reader, Writer
from .signing import ID_BYTES, SIGNATURE_BYTES, Direction, check_signature, sign

PROTOCOL_VERSION = 2

NO_SESSION = b""


@dataclass(frozen=True)
class Address:
    """Which request a message is, or answers. client: 16 random bytes of the client's own.
    session: 16 bytes from the backend, empty in a hello. number: rises by client.
    """

    client: bytes
    session: bytes
    number: int

    def __post_init__(self) -> None:
        if len(self.client) != ID_BYTES or len(self.session) not in (0, ID_BYTES):
            raise MalformedError(
                f"header: client has {len(self.client)} bytes and session {len(self.session)}; "
                f"both must have {ID_BYTES}, or session none"
            )


# What a backend answers to when the request's own address cannot be read.
UNKNOWN_ADDRESS = Address(bytes(ID_BYTES), NO_SESSION, 0)


@dataclass(frozen=True)
class BufferEntry:
    """length in bytes, and the SHA-256 of one buffer frame."""

    length: int
    sha256: bytes


@dataclass(frozen=True)
class _Header:
    protocol: int
    type: str
    address: Address
    buffers: tuple[BufferEntry, ...]


@dataclass(frozen=True)
class Opened:
    """A message whose signature and header are in order, but whose body is not read yet."""

    address: Address
    type: str
    entries: tuple[BufferEntry, ...]
    body: Mapping[str, Any]
    buffers: Sequence[Buffer]


def encode_request(
    request: Request, address: Address, *, key: bytes, limits: Limits = DEFAULT_LIMITS
) -> list[Buffer]:
    """The frames of a request. Raises MalformedError, or OversizeError before anything is sent."""
    return _encode(request, address, "request", key, limits)


def encode_reply(
    reply: Reply, address: Address, *, key: bytes, limits: Limits = DEFAULT_LIMITS
) -> list[Buffer]:
    """The frames of a reply to the request at that address; errors as in encode_request."""
    return _encode(reply, address, "reply", key, limits)


def open_request(
    frames: Sequence[Buffer], *, key: bytes, limits: Limits = DEFAULT_LIMITS
) -> Opened:
    """Check sizes, signature and header. Raises ProtocolError: drop the message then, but answer
    a ProtocolVersionError at UNKNOWN_ADDRESS.
    """
    return _open(frames, "request", key, limits)


def open_reply(frames: Sequence[Buffer], *, key: bytes, limits: Limits = DEFAULT_LIMITS) -> Opened:
    """Check sizes, signature and header. Raises ProtocolError."""
    return _open(frames, "reply", key, limits)


def read_request(opened: Opened, *, limits: Limits = DEFAULT_LIMITS) -> Request:
    """Check the buffers and build the message, whose buffers are the frames themselves.
    Raises ProtocolError: answer it with a Failure at opened.address.
    """
    message: Request = _read(opened, REQUESTS, limits)
    return message


def read_reply(opened: Opened, *, limits: Limits = DEFAULT_LIMITS) -> Reply:
    """Check the buffers and build the message. Raises ProtocolError."""
    message: Reply = _read(opened, REPLIES, limits)
    return message


def check_version(theirs: int, *, we: str, they: str) -> None:
    """Raise ProtocolVersionError, naming the side to update, unless both speak the same version."""
    if theirs != PROTOCOL_VERSION:
        raise ProtocolVersionError(
            f"the {they} speaks protocol {theirs} and the {we} {PROTOCOL_VERSION}; "
            f"update the {we if theirs > PROTOCOL_VERSION else they}"
        )


def _encode(
    message: Message, address: Address, direction: Direction, key: bytes, limits: Limits
) -> list[Buffer]:
    writer = Writer(limits)
    body = writer.plain(message, type(message), message.type)
    entries = tuple(
        BufferEntry(byte_length(buffer), _sha256(buffer, writer.pixels.get(i)))
        for i, buffer in enumerate(writer.buffers)
    )
    header = _Header(PROTOCOL_VERSION, message.type, address, entries)
    plain = Writer(limits).plain(header, _Header, "header")
    packed = pack({**plain, "body": body}, limits)
    frames = [sign(key, packed, direction=direction), packed, *writer.buffers]
    _check_sizes(frames, limits)
    return frames


def _open(frames: Sequence[Buffer], direction: Direction, key: bytes, limits: Limits) -> Opened:
    _check_sizes(frames, limits)
    if byte_length(frames[0]) != SIGNATURE_BYTES:
        raise MalformedError(
            f"the first frame has {byte_length(frames[0])} bytes; a signature has {SIGNATURE_BYTES}"
        )
    check_signature(key, frames[1], frames[0], direction=direction)
    plain = unpack(frames[1], limits)
    if type(plain) is not dict:
        raise MalformedError(f"header: a {type(plain).__name__}; it must be a map")
    _check_version(plain.get("protocol"), direction)
    body = plain.pop("body", None)
    if type(body) is not dict:
        raise MalformedError("header: its body is missing or no map")
    header: _Header = Reader((), limits).value(plain, _Header, "header")
    buffers = frames[2:]
    lengths = [entry.length for entry in header.buffers]
    if lengths != [byte_length(buffer) for buffer in buffers]:
        raise MalformedError(
            f"header: lists {len(lengths)} buffers of {lengths[:4]}… bytes, but the frames are "
            f"{len(buffers)} of {[byte_length(buffer) for buffer in buffers[:4]]}…"
        )
    return Opened(header.address, header.type, header.buffers, body, buffers)


def _read(opened: Opened, types: Mapping[str, type[Any]], limits: Limits) -> Any:
    if opened.type not in types:
        raise UnsupportedError(
            f"'{opened.type:.60}' is no message that this side knows; update it if it is too old"
        )
    for i, (entry, buffer) in enumerate(zip(opened.entries, opened.buffers, strict=True)):
        if not hmac.compare_digest(hashlib.sha256(buffer).digest(), entry.sha256):
            raise SignatureError(f"buffer {i} is not the one that was signed; send it again")
    reader = Reader(opened.buffers, limits)
    message = reader.value(opened.body, types[opened.type], opened.type)
    reader.finish(opened.type)
    for i, pixels in reader.pixels.items():
        pixels.remember_sha256(opened.entries[i].sha256)
    return message


def _sha256(buffer: Buffer, pixels: Pixels | None) -> bytes:
    return hashlib.sha256(buffer).digest() if pixels is None else pixels.sha256()


def _check_sizes(frames: Sequence[Buffer], limits: Limits) -> None:
    if not 2 <= len(frames) <= limits.frames:
        raise MalformedError(
            f"{len(frames)} frames; a message has a signature, a header and no more than "
            f"{limits.frames - 2} buffers"
        )
    sizes = [byte_length(frame) for frame in frames]
    if sizes[1] > limits.header_bytes:
        raise OversizeError(f"header: {sizes[1]} bytes; at most {limits.header_bytes} are allowed")
    for what, size, most in (
        ("one frame", max(sizes), limits.frame_bytes),
        ("all frames", sum(sizes), limits.total_bytes),
    ):
        if size > most:
            raise OversizeError(
                f"{what} of the message: {size} bytes, but at most {most} are allowed; send a "
                "smaller picture, or only the selected part"
            )


def _check_version(theirs: object, direction: Direction) -> None:
    if type(theirs) is not int:
        raise MalformedError("header: the protocol's version is missing or no integer")
    if direction == "request":
        check_version(theirs, we="backend", they="plugin")
    else:
        check_version(theirs, we="plugin", they="backend")
