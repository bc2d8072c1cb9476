"""Every message survives the wire; messages that contradict themselves cannot be made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import (
    MalformedError,
    OversizeError,
    PackNotFoundError,
    UsageError,
)
from dynamic_style.backend.protocol.limits import DEFAULT_LIMITS, Limits
from dynamic_style.backend.protocol.messages import (
    REPLIES,
    REQUESTS,
    Cancel,
    DialSetting,
    GetPack,
    InstallPack,
    Lease,
    ListPacks,
    Mask,
    Message,
    Progress,
    Reply,
    Request,
    StylizeRun,
)
from dynamic_style.backend.protocol.replies import failure_of

from .samples import (
    ALL_REPLIES,
    ALL_REQUESTS,
    CLIENT,
    KEY,
    SESSION,
    full_completion,
    full_run,
    gray,
    picture,
)

ADDRESS = codec.Address(CLIENT, SESSION, 7)


def run_with(**fields: Any) -> StylizeRun:
    """A run without a mask, but with these fields, whatever their type."""
    whole: dict[str, Any] = {"job": "j", "pack": "p", "dials": {}, "pixels": picture()}
    run = object.__new__(StylizeRun)  # past the checks that expect the right types
    for name, value in {**vars(StylizeRun(**whole)), **fields}.items():
        object.__setattr__(run, name, value)
    return run


def name_of(message: Message) -> str:
    return message.type


@pytest.mark.parametrize("request_", ALL_REQUESTS, ids=name_of)
def test_every_request_comes_back_as_it_was_sent(request_: Request) -> None:
    frames = codec.encode_request(request_, ADDRESS, key=KEY)
    opened = codec.open_request([bytes(frame) for frame in frames], key=KEY)
    assert opened.address == ADDRESS
    assert codec.read_request(opened) == request_


@pytest.mark.parametrize("reply", ALL_REPLIES, ids=name_of)
def test_every_reply_comes_back_as_it_was_sent(reply: Reply) -> None:
    frames = codec.encode_reply(reply, ADDRESS, key=KEY)
    opened = codec.open_reply([bytes(frame) for frame in frames], key=KEY)
    assert opened.address == ADDRESS
    assert codec.read_reply(opened) == reply


def test_there_is_an_example_of_every_message() -> None:
    assert {type(message) for message in ALL_REQUESTS} == set(REQUESTS.values())
    assert {type(message) for message in ALL_REPLIES} == set(REPLIES.values())


def test_pixels_travel_as_frames_of_their_own_and_are_not_copied() -> None:
    request = full_run()
    frames = codec.encode_request(request, ADDRESS, key=KEY)
    assert len(frames) == 4
    assert frames[2] is request.pixels.data
    received = codec.read_request(codec.open_request(frames, key=KEY))
    assert isinstance(received, StylizeRun)
    assert received.pixels.data is frames[2]
    assert received.mask is not None
    assert received.mask.pixels.data is frames[3]


def test_memoryviews_and_bytearrays_travel_like_bytes() -> None:
    data = picture().data
    for buffer in (bytearray(data), memoryview(data), memoryview(data).cast("B", (15, 4))):
        request = StylizeRun("j", "p", {}, replace(picture(), data=buffer))
        frames = codec.encode_request(request, ADDRESS, key=KEY)
        received = codec.read_request(codec.open_request(frames, key=KEY))
        assert isinstance(received, StylizeRun)
        assert bytes(received.pixels.data) == data


def test_whole_numbers_are_fine_where_the_wire_has_floats() -> None:
    frames = codec.encode_reply(Progress("j", 1, "painting", 2), ADDRESS, key=KEY)
    assert codec.read_reply(codec.open_reply(frames, key=KEY)) == Progress(
        "j", 1.0, "painting", 2.0
    )


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: DialSetting(()), "0 numbers"),
        (lambda: DialSetting((0.0,) * 65), "65 numbers"),
        (lambda: Mask(picture(), "both"), "must be gray u8"),
        (lambda: Mask(replace(gray(), value_range=(0.0, 100.0)), "both"), "must be gray u8"),
        (lambda: replace(full_run(), mask=None), "'wave' uses the map"),
        (lambda: replace(full_run(), mask=Mask(gray(), "selection")), "'wave' uses the map"),
        (
            lambda: replace(full_run(), dials={}, mask=Mask(gray(), "alpha_map")),
            "no dial has use_map",
        ),
        (lambda: replace(full_run(), mask=Mask(gray(3, 5), "both")), "3x5 pixels"),
        (lambda: replace(full_run(), pack_sha256="AB" * 32), "lower-case"),
        (lambda: replace(full_run(), working_size_px=0), "working_size_px"),
        (lambda: replace(full_run(), pack=""), "pack: ''"),
        (lambda: replace(full_run(), preview_stream="a\nb"), "preview_stream"),
        (lambda: replace(full_run(), dials={"x" * 129: DialSetting((1.0,))}), "dial"),
        (
            lambda: replace(full_completion(), mask=Mask(gray(), "both")),
            "has the role selection",
        ),
        (
            lambda: replace(full_completion(), dials={"smooth": DialSetting((1.0,), True)}),
            "no dial has use_map",
        ),
        (lambda: replace(full_completion(), mask=Mask(gray(3, 5), "selection")), "3x5 pixels"),
        (lambda: ListPacks(("de",) * 33), "33 of them"),
        (lambda: InstallPack("/x", languages=("",)), "'' names no language"),
        (lambda: GetPack("x", languages=("d" * 33,)), "names no language"),
        (lambda: replace(full_completion(), grow_px=257), "grow_px is 257"),
        (lambda: replace(full_completion(), feather_px=-1), "feather_px is -1"),
        (
            lambda: replace(full_completion(), pixels=replace(picture(), alpha="none")),
            "cutout needs",
        ),
        (lambda: Cancel("job\0"), "job"),
        (lambda: Lease(-1.0), "lease"),
        (lambda: Lease(3601.0), "lease"),
        (lambda: Lease(float("nan")), "lease"),
        (lambda: Progress("j", 1.01, "painting"), "fraction"),
        (lambda: Limits(frames=0), "frames"),
        (lambda: Limits(depth=True), "depth"),
    ],
)
def test_a_message_that_contradicts_itself_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(MalformedError, match=why):
        make()


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (InstallPack(5), "path: 5 is not a string"),  # type: ignore[arg-type]
        (replace(full_run(), working_size_px=True), "working_size_px: True is not an integer"),
        (replace(full_run(), working_size_px=2**63), "2.63 - 1"),
        (replace(full_run(), preserve_color=1), "preserve_color: 1 is not true or false"),
        (run_with(dials={"a": DialSetting(["0.5"])}), "list is not a tuple"),
        (run_with(dials=[]), "list is not a mapping"),
        (run_with(dials={"a": DialSetting((True,))}), "True is not a finite float"),
        (run_with(pixels=gray().data), "bytes is not a Pixels"),
        (run_with(dials={"a": DialSetting((float("inf"),))}), "inf is not a finite"),
        (InstallPack("\ud800"), "Unicode"),
        (InstallPack("x" * 4097), "4097 bytes of text"),
    ],
)
def test_values_of_the_wrong_type_are_not_sent(request_: Request, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        codec.encode_request(request_, ADDRESS, key=KEY)


def test_a_picture_larger_than_the_backend_takes_is_refused_before_it_is_sent() -> None:
    request = run_with(pixels=picture(40, 40))
    with pytest.raises(OversizeError, match="6400 bytes, but at most 6399 are allowed"):
        codec.encode_request(request, ADDRESS, key=KEY, limits=Limits(frame_bytes=6399))


def test_a_failure_keeps_the_code_and_cuts_the_message_to_what_fits() -> None:
    assert failure_of(PackNotFoundError("x"), job="j").code == "pack.not_found"
    long = failure_of(UsageError("ä" * 5000 + "\ud800"))
    assert long.message.endswith("…")
    assert len(long.message.encode()) <= DEFAULT_LIMITS.text_bytes
    frames = codec.encode_reply(long, ADDRESS, key=KEY)
    assert codec.read_reply(codec.open_reply(frames, key=KEY)) == long
