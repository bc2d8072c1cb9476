"""Every refusal of PROTOCOL.md, sections 3 to 5, with the bytes that cause it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import msgpack
import pytest

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import (
    MalformedError,
    OversizeError,
    ProtocolError,
    ProtocolVersionError,
    SignatureError,
    UnsupportedError,
)
from dynamic_style.backend.protocol.limits import DEFAULT_LIMITS, Limits

from .forging import ADDRESS, decode, forged, good_frames, good_header, signed
from .samples import ALL_REPLIES, KEY, full_run

OLDER, NEWER = 0, codec.PROTOCOL_VERSION + 1


def test_the_message_that_the_others_are_made_from_is_fine() -> None:
    assert decode(good_frames()) == full_run()
    assert decode(forged(good_header())) == full_run()


@pytest.mark.parametrize("count", [0, 1])
def test_a_message_without_signature_or_header_is_refused(count: int) -> None:
    with pytest.raises(MalformedError, match=f"^{count} frames"):
        decode(good_frames()[:count])


def test_too_many_frames_are_refused() -> None:
    with pytest.raises(MalformedError, match="1025 frames"):
        decode(good_frames() + [b""] * 1021)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_signature_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(MalformedError, match=f"{size} bytes; a signature has 32"):
        decode([bytes(size), *good_frames()[1:]])


def test_an_unsigned_message_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(SignatureError):
        decode([bytes(32), b"\xc1 no msgpack at all"])


def test_a_message_signed_with_another_key_is_refused() -> None:
    with pytest.raises(SignatureError):
        codec.open_request(good_frames(), key=KEY[::-1])


def test_an_empty_key_does_not_switch_signing_off() -> None:
    with pytest.raises(SignatureError, match="0 bytes"):
        codec.open_request(good_frames(), key=b"")


def test_a_request_that_is_sent_back_is_no_reply() -> None:
    with pytest.raises(SignatureError):
        codec.open_reply(good_frames(), key=KEY)


@pytest.mark.parametrize("buffer", [2, 3])
def test_an_altered_buffer_is_refused(buffer: int) -> None:
    frames = good_frames()
    altered = bytearray(frames[buffer])
    altered[-1] ^= 1
    frames[buffer] = altered
    with pytest.raises(SignatureError, match=f"buffer {buffer - 2}"):
        decode(frames)


def test_swapped_missing_and_added_buffers_are_refused() -> None:
    signature, header, pixels, mask = good_frames()
    for buffers in ([mask, pixels], [pixels], [pixels, mask, b""], [pixels, mask[:-1]]):
        with pytest.raises(MalformedError, match="buffers of"):
            decode([signature, header, *buffers])


def test_a_header_that_is_too_long_is_refused_before_it_is_parsed() -> None:
    for frames in (signed(bytes(DEFAULT_LIMITS.header_bytes + 1)), [b"", bytes((1 << 20) + 1)]):
        with pytest.raises(OversizeError, match="header: 1048577 bytes"):
            decode(frames)


def test_frames_and_messages_that_are_too_long_are_refused() -> None:
    for limits in (Limits(frame_bytes=59), Limits(total_bytes=60 + 15 + 32)):
        with pytest.raises(OversizeError, match="at most"):
            codec.open_request(good_frames(), key=KEY, limits=limits)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"", "no msgpack"),
        (b"\xc1", "no msgpack"),
        (b"\x81", "no msgpack"),
        (b"\x80\x00", "no msgpack"),
        (b"\xa2\xc3\x28", "no msgpack"),  # a string that is not UTF-8
        (b"\x81\x01\x02", "no msgpack"),  # a key that is a number
        (b"\x81\xc4\x01a\x02", "is not a string"),  # a key of bytes
        (b"\x82\xa1a\x01\xa1a\x02", "'a' is there twice"),
        (b"\xd4\x05x", "ext"),
        (b"\xc7\x00\x05", "ext"),
        (b"\xd6\xff\x00\x00\x00\x00", "ext"),  # a timestamp, which msgpack reads by itself
        (b"\xd7\xff" + bytes(8), "ext"),
        (b"\x91" * 9 + b"\x00", "deeper than 8"),
        (b"\x81\xa1a" * 9 + b"\x00", "deeper than 8"),
        (b"\x91" * 100_000, "no msgpack|deeper than 8"),
        (b"\x90", "a list; it must be a map"),
        (b"\xc0", "a NoneType; it must be a map"),
        (b"\xdd\xff\xff\xff\xff", "no msgpack"),  # an array of 2^32 - 1 items
        (b"\xdf\xff\xff\xff\xff", "no msgpack"),
        (b"\xdb\xff\xff\xff\xff", "no msgpack"),
        (b"\xc6\xff\xff\xff\xff", "no msgpack"),
        (b"\xc9\xff\xff\xff\xff\x05", "no msgpack"),
        (b"\xdc\x04\x01" + b"\xc0" * 1025, "no msgpack"),  # one item more than allowed
        (b"\xde\x04\x01" + b"".join(b"\xcd" + i.to_bytes(2, "big") * 2 for i in range(1025)), "no"),
        (b"\xda\x10\x01" + b"x" * 4097, "no msgpack"),
        (b"\xc5\x10\x01" + b"x" * 4097, "no msgpack"),
    ],
)
def test_a_header_that_is_not_plain_msgpack_is_refused(header: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        decode(signed(header))


def test_announced_lengths_are_refused_before_memory_is_made_for_them() -> None:
    tracemalloc.start()
    try:
        for head in (b"\xdd", b"\xdf", b"\xdb", b"\xc6"):
            with pytest.raises(MalformedError):
                decode(signed(head + b"\x7f\xff\xff\xff"))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def edit(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    header = good_header()
    change(header)
    return header


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda h: h.pop("protocol"), "version is missing"),
        (lambda h: h.update(protocol="1"), "version is missing"),
        (lambda h: h.update(protocol=True), "version is missing"),
        (lambda h: h.pop("type"), "'type' is missing"),
        (lambda h: h.update(type=1), "type: 1 is not a string"),
        (lambda h: h.pop("body"), "body is missing"),
        (lambda h: h.update(body=[]), "body is missing or no map"),
        (lambda h: h.update(extra=1), "unknown field 'extra'"),
        (lambda h: h.pop("address"), "'address' is missing"),
        (lambda h: h["address"].pop("number"), "'number' is missing"),
        (lambda h: h["address"].update(number=-1), "number: -1"),
        (lambda h: h["address"].update(number=2**63), "2.63 - 1"),
        (lambda h: h["address"].update(number=1.0), "number: 1.0"),
        (lambda h: h["address"].update(client=b"c"), "client has 1 bytes"),
        (lambda h: h["address"].update(session=b"s" * 17), "session 17"),
        (lambda h: h["address"].update(client="c" * 16), "not a byte string"),
        (lambda h: h.update(buffers={}), "buffers: dict is not an array"),
        (lambda h: h["buffers"].pop(), "lists 1 buffers"),
        (lambda h: h["buffers"][0].update(length=59), "lists 2 buffers"),
        (lambda h: h["buffers"][0].update(sha256=b""), "not the one that was signed"),
        (lambda h: h["buffers"][0].update(offset=0), "unknown field 'offset'"),
        (lambda h: h["body"].update(hint=1), "stylize_run: unknown field 'hint'"),
        (lambda h: h["body"].pop("mask"), "'mask' is missing"),
        (lambda h: h["body"].update(job=None), "job: None is not a string"),
        (lambda h: h["body"].update(job=""), "job: ''"),
        (lambda h: h["body"].update(preserve_color=0), "0 is not true or false"),
        (lambda h: h["body"].update(working_size_px=1.5), "1.5 is not an integer"),
        (lambda h: h["body"].update(dials=[]), "dials: list is not a map"),
        (lambda h: h["body"]["dials"].update(x=0.5), r"dials\['x'\]: 0.5 is not a map"),
        (lambda h: h["body"]["dials"]["wave"].update(numbers=[1]), "1 is not a finite float"),
        (lambda h: h["body"]["dials"]["wave"].update(numbers=[]), "0 numbers"),
        (lambda h: h["body"]["dials"]["wave"].update(numbers=[float("nan")]), "nan is not"),
        (lambda h: h["body"]["dials"]["wave"].update(numbers=[float("inf")]), "inf is not"),
        (lambda h: h["body"]["pixels"].update(data=1), "names buffer 1, but the next"),
        (lambda h: h["body"]["pixels"].update(data=-1), "names buffer -1"),
        (lambda h: h["body"]["pixels"].update(data=b"x"), "is not a buffer's number"),
        (lambda h: h["body"]["mask"]["pixels"].update(data=0), "names buffer 0, but the next"),
        (lambda h: h["body"]["mask"]["pixels"].update(data=2), "names buffer 2"),
        (lambda h: h["body"].update(mask=None, dials={}), "2 buffers came, but its fields name 1"),
        (lambda h: h["body"]["pixels"].update(layout="argb"), "is not one of bgra, rgba"),
        (lambda h: h["body"]["pixels"].update(value_range=[0.0]), "1 items; it must have 2"),
        (lambda h: h["body"]["pixels"].update(width=6), "the stride is too short"),
        (lambda h: h["body"]["pixels"].update(height=2), "but there are 60"),
        (lambda h: h["body"]["pixels"].update(stride=2**62), "but there are 60"),
        (lambda h: h["body"]["mask"].update(role="frame"), "is not one of selection"),
    ],
)
def test_a_header_that_does_not_follow_the_spec_is_refused(
    change: Callable[[dict[str, Any]], object], why: str
) -> None:
    with pytest.raises((MalformedError, SignatureError), match=why):
        decode(forged(edit(change)))


@pytest.mark.parametrize(
    ("version", "side"), [(OLDER, "update the plugin"), (NEWER, "update the backend")]
)
def test_another_version_of_a_request_names_the_side_to_update(version: int, side: str) -> None:
    with pytest.raises(ProtocolVersionError, match=side):
        decode(forged(edit(lambda h: h.update(protocol=version))))


def test_the_version_is_seen_in_a_header_that_is_otherwise_unknown() -> None:
    with pytest.raises(ProtocolVersionError, match="update the backend"):
        decode(signed(msgpack.packb({"protocol": 9, "everything": "else", "is": [1, 2]})))


@pytest.mark.parametrize(
    ("version", "side"), [(OLDER, "update the backend"), (NEWER, "update the plugin")]
)
def test_another_version_of_a_reply_names_the_side_to_update(
    version: int, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(codec, "PROTOCOL_VERSION", version)
        frames = codec.encode_reply(ALL_REPLIES[0], codec.UNKNOWN_ADDRESS, key=KEY)
    with pytest.raises(ProtocolVersionError, match=side):
        codec.open_reply(frames, key=KEY)


@pytest.mark.parametrize("name", ["generate", "result", "", "x" * 4000])
def test_a_request_of_an_unknown_type_can_still_be_answered(name: str) -> None:
    opened = codec.open_request(forged(edit(lambda h: h.update(type=name))), key=KEY)
    assert opened.address == ADDRESS
    with pytest.raises(UnsupportedError):
        codec.read_request(opened)


def test_refusals_do_not_repeat_what_a_stranger_wrote_at_length() -> None:
    long = "x" * 4000
    for change in (
        lambda h: h.update(type=long),
        lambda h: h["body"].update(job=long),
        lambda h: h["body"].update({long: 1}),
        lambda h: h["body"].update(dials={long: 1}),
        lambda h: h["body"]["pixels"].update(layout=long),
    ):
        with pytest.raises(ProtocolError) as caught:
            decode(forged(edit(change)))  # type: ignore[arg-type]
        assert len(str(caught.value)) < 300
