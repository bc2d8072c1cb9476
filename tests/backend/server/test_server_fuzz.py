"""The real process of `serve` under a stream of damaged and forged messages, for as long as
DYNAMIC_STYLE_FUZZ_S says: it keeps answering and its memory stays where it was.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import socket
import time
from collections.abc import Callable

import msgpack
import pytest

from dynamic_style.backend.protocol.codec import open_request, read_request
from dynamic_style.backend.protocol.errors import ProtocolError
from dynamic_style.backend.protocol.messages import (
    Cancel,
    CompleteRun,
    GetStats,
    Hello,
    InstallPack,
    Lease,
    ListPacks,
    Mask,
    RemovePack,
    Request,
    Result,
    StylizeRun,
    VerifyPack,
)
from dynamic_style.backend.protocol.pixels import packed_pixels
from dynamic_style.backend.protocol.signing import sign
from dynamic_style.backend.protocol.transport.zmtp_frames import GREETING, ready_command

from ..servers import RawClient, ServeProcess, run, serve_process

FUZZ_S = float(os.environ.get("DYNAMIC_STYLE_FUZZ_S", "60" if os.environ.get("CI") else "4"))
BATCH = 40
LARGEST_PX = 256  # a forged run that is in order may be one that takes minutes
MOST_GROWTH = 200 << 20

Frames = list[bytes]

log = logging.getLogger(__name__)


def corpus() -> list[Request]:
    selection = packed_pixels(24, 16, bytes(384), layout="gray", depth="u8", alpha="none")
    return [
        Hello("fuzz", "1"), ListPacks(), GetStats(), Lease(1.0), Cancel("fuzzed"),
        VerifyPack("absent"), RemovePack("absent"), InstallPack("/absent/pack.dynpack", False),
        run("fuzzed"), run("preview", stream="doc"), run("masked", mask=Mask(selection, "both")),
    ]  # fmt: skip


def flip(frames: Frames, choose: random.Random) -> Frames:
    """Some bits of one frame turned over."""
    altered = bytearray(frames[which := choose.randrange(len(frames))])
    for _ in range(choose.choice([1, 1, 1, 8])):
        if altered:
            altered[choose.randrange(len(altered))] ^= 1 << choose.randrange(8)
    return [*frames[:which], bytes(altered), *frames[which + 1 :]]


def truncate(frames: Frames, choose: random.Random) -> Frames:
    which = choose.randrange(len(frames))
    short = frames[which][: choose.randrange(len(frames[which]) + 1)]
    return [*frames[:which], short, *frames[which + 1 :]]


def rearrange(frames: Frames, choose: random.Random) -> Frames:
    """Frames lost, doubled, in another order, or more of them than any message has."""
    chosen = choose.choices(frames, k=choose.choice([1, 2, 3, 4, 1100]))
    return chosen if choose.random() < 0.5 else frames[: choose.randrange(1, len(frames) + 1)]


def noise(frames: Frames, choose: random.Random) -> Frames:
    return [choose.randbytes(choose.choice([0, 1, 32, 200])) for _ in range(choose.randint(1, 5))]


def other_values(frames: Frames, choose: random.Random) -> Frames:
    """A header that is well-formed, with something else in one place."""
    header = msgpack.unpackb(frames[1])
    place = choose.choice([header, header["address"], header["body"] or header])
    place[choose.choice(list(place))] = choose.choice(
        [None, -1, 2**63, 1e300, "", "x" * 5000, b"", [], {}, [[[[[[[[[]]]]]]]]], True]
    )
    return [frames[0], msgpack.packb(header), *frames[2:]]


DAMAGES: list[Callable[[Frames, random.Random], Frames]] = [
    flip, truncate, rearrange, noise, other_values,
]  # fmt: skip


def is_long_run(frames: Frames, key: bytes) -> bool:
    try:
        request = read_request(open_request(frames, key=key))
    except ProtocolError:
        return False
    size = request.working_size_px if isinstance(request, StylizeRun | CompleteRun) else None
    return size is not None and size > LARGEST_PX


@pytest.mark.timeout(FUZZ_S + 120)
@pytest.mark.usefixtures("installed")
def test_damaged_and_forged_messages_do_no_harm() -> None:
    seed = random.randrange(1 << 32)
    choose, sent, refused = random.Random(seed), 0, 0
    log.warning("seed %d", seed)  # shown when the test fails
    with serve_process() as process, process.client() as steady:
        assert isinstance(list(steady.run(run("before")))[-1], Result)
        before = steady.stats().memory_bytes
        end = time.monotonic() + FUZZ_S
        while time.monotonic() < end:
            sent += BATCH
            refused += send_batch(process, choose)
            send_bytes(process, choose)
            memory = steady.stats(timeout_s=10).memory_bytes
            assert memory < before + MOST_GROWTH, f"{memory} bytes after {sent} messages"
        assert isinstance(list(steady.run(run("after")))[-1], Result)
    assert sent > refused > 0


def send_batch(process: ServeProcess, choose: random.Random) -> int:
    """Some damaged messages, half of them signed again; how many the backend said no to."""
    key, raw = process.connection.key, RawClient(process.connection)
    try:
        for _ in range(BATCH):
            frames = [bytes(frame) for frame in raw.frames_of(choose.choice(corpus()))]
            frames = choose.choice(DAMAGES)(frames, choose)
            if len(frames) > 1 and choose.random() < 0.5:
                frames = [sign(key, frames[1], direction="request"), *frames[1:]]
            if not is_long_run(frames, key):
                raw.send_frames(frames)
        time.sleep(0.05)
        return sum(reply.type == "failure" for reply in raw.arrived())
    finally:
        raw.close()


def send_bytes(process: ServeProcess, choose: random.Random) -> None:
    """A connection whose bytes are no longer what ZMTP says."""
    body = choose.randbytes(choose.choice([0, 40, 3000]))
    stream = bytearray(GREETING + ready_command() + b"\x03" + len(body).to_bytes(8, "big") + body)
    for _ in range(choose.randint(1, 6)):
        stream[choose.randrange(len(stream))] = choose.randrange(256)
    address = ("127.0.0.1", int(process.connection.endpoint.rpartition(":")[2]))
    with contextlib.suppress(OSError), socket.create_connection(address, 5) as connection:
        connection.sendall(stream[: choose.randint(1, len(stream))])
