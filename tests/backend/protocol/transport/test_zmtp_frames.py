"""The byte stream without sockets: however it is cut, the same messages come out, or an error."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_style.backend.protocol.errors import ConnectionLostError, ProtocolError
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.transport import zmtp_frames
from dynamic_style.backend.protocol.transport.zmtp_frames import (
    GREETING,
    Command,
    FrameReader,
    check_greeting,
    check_ready,
    message_chunks,
    ready_command,
)

FUZZ = settings(max_examples=60, deadline=None, derandomize=True)
LIMITS = Limits(frame_bytes=200_000, total_bytes=400_000, frames=20)

FRAMES = st.lists(
    st.binary(max_size=300) | st.integers(0, 150_000).map(lambda size: b"x" * size),
    min_size=1,
    max_size=4,
)


def stream_of(messages: list[list[bytes]]) -> bytes:
    return b"".join(bytes(chunk) for frames in messages for chunk in message_chunks(frames))


def read(stream: bytes, sizes: list[int], reader: FrameReader) -> list[Command | list[bytes]]:
    """Feed a stream in pieces of these sizes, in turn; everything that came out complete."""
    found: list[Command | list[bytes]] = []
    at = turn = 0
    while at < len(stream):
        space = reader.space()
        piece = stream[at : at + min(len(space), sizes[turn % len(sizes)])]
        space[: len(piece)] = piece
        del space
        reader.filled(len(piece))
        at += len(piece)
        turn += 1
        while (arrived := reader.take()) is not None:
            found.append(
                arrived if isinstance(arrived, Command) else [bytes(frame) for frame in arrived]
            )
    return found


@FUZZ
@given(
    st.lists(FRAMES, min_size=1, max_size=4).filter(
        lambda messages: all(sum(map(len, frames)) <= 400_000 for frames in messages)
    ),
    st.lists(st.integers(1, 5000) | st.integers(50_000, 500_000), min_size=1, max_size=6),
)
def test_however_a_stream_is_cut_the_messages_are_whole(
    messages: list[list[bytes]], sizes: list[int]
) -> None:
    if max(sizes) < 50_000 and sum(len(f) for m in messages for f in m) > 20_000:
        sizes = [*sizes, 50_000]  # else this takes thousands of steps
    reader = FrameReader(LIMITS)
    assert read(stream_of(messages), sizes, reader) == messages
    assert not reader.is_inside_message


@pytest.mark.parametrize("size", [999, 1000, 1001, 2000, 2001, 70_000])
def test_a_frame_whose_memory_grows_is_whole(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zmtp_frames, "_STEP_BYTES", 1000)
    data = bytes(i % 251 for i in range(size))
    messages = [[b"before", data, b"after"], [data]]
    for pieces in ([1 << 20], [10, 990], [333]):
        assert read(stream_of(messages), pieces, FrameReader(LIMITS)) == messages


def test_commands_stand_between_messages_and_between_their_frames() -> None:
    ping = b"\x04\x07\x04PING\x00\x05"
    stream = ping + b"\x01\x01a" + ping + b"\x00\x01b" + ping
    command = Command("PING", b"\x00\x05")
    for pieces in ([1], [2, 3], [100]):
        found = read(stream, pieces, FrameReader(LIMITS))
        assert found == [command, command, [b"a", b"b"], command]


@FUZZ
@given(st.binary(max_size=400), st.lists(st.integers(1, 50), min_size=1, max_size=3))
def test_noise_is_an_error_or_a_message(noise: bytes, sizes: list[int]) -> None:
    with contextlib.suppress(ProtocolError):
        read(noise, sizes, FrameReader(LIMITS))


@FUZZ
@given(st.binary(min_size=64, max_size=64))
def test_a_noisy_greeting_is_refused_unless_it_is_zmtp_3_with_null(noise: bytes) -> None:
    try:
        check_greeting(noise)
    except ConnectionLostError:
        return
    assert noise[0] == 0xFF
    assert noise[12:16] == b"NULL"


@FUZZ
@given(st.sampled_from(["READY", "ERROR", "PING"]), st.binary(max_size=60))
def test_noisy_metadata_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(ProtocolError):
        check_ready(Command(name, data))


def test_what_we_say_ourselves_is_well_formed() -> None:
    check_greeting(GREETING)
    (ready,) = read(ready_command(), [1], FrameReader(LIMITS))
    assert isinstance(ready, Command)
    with pytest.raises(ConnectionLostError, match="DEALER"):  # which is what we are
        check_ready(ready)


def test_large_frames_are_passed_on_without_a_copy() -> None:
    large = bytes(100_000)
    chunks = message_chunks([b"small", large, b"", large])
    assert [chunk for chunk in chunks if chunk is large] == [large, large]
    assert len(chunks) == 4
