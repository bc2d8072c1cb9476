"""Whatever arrives, decoding gives back what was sent or raises a ProtocolError."""

from __future__ import annotations

import os
from typing import Any

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import ProtocolError
from dynamic_style.backend.protocol.messages import DialSetting, Message, StylizeRun
from dynamic_style.backend.protocol.pixels import FULL_RANGE, Pixels, packed_pixels
from dynamic_style.backend.protocol.signing import sign

from .samples import ALL_REPLIES, ALL_REQUESTS, CLIENT, KEY, SESSION

ADDRESS = codec.Address(CLIENT, SESSION, 7)
# More by the environment, for a long run: 1 here is a fraction of a second for each test.
FACTOR = int(os.environ.get("DYNAMIC_STYLE_FUZZ", "1"))
FUZZ = settings(
    max_examples=60 * FACTOR,
    deadline=None,
    derandomize=FACTOR == 1,
    suppress_health_check=[HealthCheck.too_slow],
)

MESSAGES: list[Message] = [*ALL_REQUESTS, *ALL_REPLIES]


def encode(message: Message) -> list[bytes]:
    if message in ALL_REQUESTS:
        frames = codec.encode_request(message, ADDRESS, key=KEY)  # type: ignore[arg-type]
    else:
        frames = codec.encode_reply(message, ADDRESS, key=KEY)  # type: ignore[arg-type]
    return [bytes(frame) for frame in frames]


def decode(frames: list[bytes], *, like: Message) -> Message:
    if like in ALL_REQUESTS:
        return codec.read_request(codec.open_request(frames, key=KEY))
    return codec.read_reply(codec.open_reply(frames, key=KEY))


def resign(frames: list[bytes], *, like: Message) -> list[bytes]:
    """The same frames with a signature that fits, so that what lies behind it is tried."""
    direction = "request" if like in ALL_REQUESTS else "reply"
    return [sign(KEY, frames[1], direction=direction), *frames[1:]]  # type: ignore[arg-type]


@FUZZ
@given(st.sampled_from(MESSAGES), st.data())
def test_flipped_bits_are_never_taken(message: Message, data: st.DataObject) -> None:
    frames = encode(message)
    index = data.draw(st.integers(0, len(frames) - 1))
    bit = data.draw(st.integers(0, 8 * len(frames[index]) - 1))
    altered = bytearray(frames[index])
    altered[bit // 8] ^= 1 << bit % 8
    frames[index] = bytes(altered)
    with pytest.raises(ProtocolError):
        decode(frames, like=message)


@FUZZ
@given(st.sampled_from(MESSAGES), st.data())
def test_truncated_messages_are_never_taken(message: Message, data: st.DataObject) -> None:
    frames = encode(message)
    if data.draw(st.booleans()):
        frames = frames[: data.draw(st.integers(0, len(frames) - 1))]
    else:
        index = data.draw(st.integers(0, len(frames) - 1))
        frames[index] = frames[index][: data.draw(st.integers(0, len(frames[index]) - 1))]
    with pytest.raises(ProtocolError):
        decode(frames, like=message)


@FUZZ
@given(st.sampled_from(MESSAGES), st.data())
def test_a_signed_header_with_flipped_bits_is_read_or_refused(
    message: Message, data: st.DataObject
) -> None:
    frames = encode(message)
    header = bytearray(frames[1])
    for bit in data.draw(st.lists(st.integers(0, 8 * len(header) - 1), min_size=1, max_size=4)):
        header[bit // 8] ^= 1 << bit % 8
    check_signed([frames[0], bytes(header), *frames[2:]], like=message)


@FUZZ
@given(st.sampled_from(MESSAGES), st.binary(max_size=300))
def test_signed_noise_is_refused(message: Message, header: bytes) -> None:
    frames = [b"", header, *encode(message)[2:]]
    check_signed(frames, like=message)


@FUZZ
@given(st.lists(st.binary(max_size=100), max_size=6))
def test_unsigned_noise_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        codec.open_request(frames, key=KEY)
    with pytest.raises(ProtocolError):
        codec.open_reply(frames, key=KEY)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@FUZZ
@given(st.sampled_from(MESSAGES), st.data())
def test_a_signed_header_with_other_values_is_read_or_refused(
    message: Message, data: st.DataObject
) -> None:
    frames = encode(message)
    header = msgpack.unpackb(frames[1])
    places = list(containers(header))
    container = data.draw(st.sampled_from(places))
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    container[data.draw(st.sampled_from(keys))] = data.draw(PLAIN)
    check_signed([frames[0], msgpack.packb(header), *frames[2:]], like=message)


@FUZZ
@given(st.data())
def test_any_run_comes_back(data: st.DataObject) -> None:
    run = data.draw(runs())
    frames = codec.encode_request(run, ADDRESS, key=KEY)
    received = codec.read_request(codec.open_request(frames, key=KEY))
    assert received == run
    assert isinstance(received, StylizeRun)
    assert received.pixels.sha256() == run.pixels.sha256()


def check_signed(frames: list[bytes], *, like: Message) -> None:
    """Decode; what is taken must be a message that encodes to the same header again."""
    frames = resign(frames, like=like)
    try:
        message = decode(frames, like=like)
    except ProtocolError:
        return
    opened = (codec.open_request if like in ALL_REQUESTS else codec.open_reply)(frames, key=KEY)
    encode_ = codec.encode_request if like in ALL_REQUESTS else codec.encode_reply
    again = encode_(message, opened.address, key=KEY)  # type: ignore[operator]
    assert msgpack.unpackb(again[1]) == msgpack.unpackb(frames[1])


def containers(plain: Any) -> list[Any]:
    """Every map and array that is not empty, outermost first."""
    found = [plain] if isinstance(plain, dict | list) and plain else []
    inner = plain.values() if isinstance(plain, dict) else plain if found else ()
    return found + [container for item in inner for container in containers(item)]


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    layout = draw(st.sampled_from(["bgra", "rgba", "rgb", "gray", "gray_alpha"]))
    depth = draw(st.sampled_from(sorted(FULL_RANGE)))
    kinds = ["none"] if layout in ("rgb", "gray") else ["none", "straight", "premultiplied"]
    width, height, padding = (draw(st.integers(low, 6)) for low in (1, 1, 0))
    packed = {"layout": layout, "depth": depth, "alpha": draw(st.sampled_from(kinds))}
    bytes_each = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}[depth]
    channels = {"bgra": 4, "rgba": 4, "rgb": 3, "gray": 1, "gray_alpha": 2}[layout]
    row = width * channels * bytes_each
    whole = packed_pixels(width, height, bytes(row * height), **packed)  # type: ignore[arg-type]
    stride = row + padding
    data = draw(st.binary(min_size=stride * height, max_size=stride * height))
    return Pixels(
        width, height, stride, whole.layout, whole.depth, whole.alpha,
        draw(st.sampled_from(["srgb", "linear"])), whole.value_range, data,
    )  # fmt: skip


@st.composite
def runs(draw: st.DrawFn) -> StylizeRun:
    numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5)
    return StylizeRun(
        job=draw(NAMES),
        pack=draw(NAMES),
        dials=draw(st.dictionaries(NAMES, numbers.map(tuple).map(DialSetting), max_size=4)),
        pixels=draw(pictures()),
        working_size_px=draw(st.none() | st.integers(1, 10_000)),
        preserve_color=draw(st.booleans()),
        preview_stream=draw(st.none() | NAMES),
    )
