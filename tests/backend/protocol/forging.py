"""Makes messages that the codec would never write, but whose signature is right."""

from __future__ import annotations

from typing import Any

import msgpack

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.pixels import Buffer
from dynamic_style.backend.protocol.signing import sign

from .samples import CLIENT, KEY, SESSION, full_run

ADDRESS = codec.Address(CLIENT, SESSION, 7)


def good_frames() -> list[Buffer]:
    """A stylize_run with a mask: signature, header, pixels, mask."""
    return [bytes(frame) for frame in codec.encode_request(full_run(), ADDRESS, key=KEY)]


def good_header() -> dict[str, Any]:
    header = msgpack.unpackb(good_frames()[1])
    assert isinstance(header, dict)
    return header


def signed(header: bytes, *buffers: Buffer) -> list[Buffer]:
    """Frames around raw header bytes, signed as a request."""
    return [sign(KEY, header, direction="request"), header, *buffers]


def forged(header: Any) -> list[Buffer]:
    """good_frames() with another header, signed."""
    return signed(msgpack.packb(header), *good_frames()[2:])


def decode(frames: list[Buffer]) -> Any:
    return codec.read_request(codec.open_request(frames, key=KEY))
