"""What a host gets from the backend: the server and all behind it, in this process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dynamic_style.backend.compute.choose_engine import choose_engine
from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.codec import Address, encode_request
from dynamic_style.backend.protocol.errors import (
    AlphaError,
    BusyError,
    ImageSizeError,
    JobCancelledError,
    JobSupersededError,
    PackBaseError,
    PackInstallError,
    PackIntegrityError,
    PackNotFoundError,
    SessionError,
    UsageError,
)
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.messages import (
    Cancel,
    DialSetting,
    Failure,
    GetStats,
    Hello,
    ListPacks,
    Mask,
    Progress,
    Request,
    Result,
    StylizeRun,
    VerifyPack,
)
from dynamic_style.backend.protocol.pixels import packed_pixels
from dynamic_style.backend.protocol.process.client import Client, connect
from dynamic_style.backend.protocol.signing import new_id
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings
from dynamic_style.backend.tasks.style_transfer import stylize_at

from ..servers import SLOW_PX, RawClient, ServerThread, picture, run, ticks


@pytest.fixture
def client(server: ServerThread) -> Client:
    return server.client()


def result_of(client: Client, request: StylizeRun) -> Result:
    events = list(client.run(request))
    assert isinstance(events[-1], Result)
    assert all(isinstance(event, Progress) for event in events[:-1])
    return events[-1]


def test_hello_says_what_the_backend_is(client: Client) -> None:
    welcome = client.hello()
    assert welcome.device.startswith("cpu")
    assert welcome.limits == Limits()
    assert "stylize_run" in welcome.requests


def test_a_run_gives_the_bytes_of_the_direct_path(client: Client, installed: Path) -> None:
    pixels = picture(40, 24)
    samples = np.frombuffer(pixels.data, np.uint8).reshape(24, 40, 4)
    opaque = packed_pixels(
        40, 24, samples[..., :3].tobytes(), layout="rgb", depth="u8", alpha="none"
    )
    result = result_of(client, run("one", alpha=0.7, pixels=opaque, working_px=32))
    photo = np.divide(samples[..., :3], 255, dtype=np.float32)
    net = choose_engine(EngineWish(device="cpu")).load(read_weights(installed / "tiny"))
    made = stylize_at(net, photo, {"strength": DialAlpha((0.7,))}, working=(19, 32))
    expected = np.rint(made * 255).astype(np.uint8)
    assert bytes(result.pixels.data) == expected.tobytes()
    assert {"queue", "net"} <= set(result.timings)


def test_progress_rises_to_the_result(client: Client) -> None:
    events = list(client.run(run("one", working_px=512)))
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert len(fractions) >= 1
    assert isinstance(events[-1], Result)


def test_previews_are_like_the_run_and_reuse_activations(client: Client) -> None:
    for number, alpha in enumerate((0.0, 0.3, -0.8, 0.3)):
        preview = client.preview(run(f"p{number}", alpha=alpha, stream="doc"))
        full = result_of(client, run(f"f{number}", alpha=alpha))
        assert preview is not None
        difference = np.abs(
            np.frombuffer(preview.pixels.data, np.uint8).astype(int)
            - np.frombuffer(full.pixels.data, np.uint8)
        )
        assert difference.max() <= 1  # rounding
    stats = client.stats()
    assert (stats.cache_misses, stats.cache_hits) == (1, 3)
    assert stats.cache_bytes > 0
    assert stats.loaded_packs == ("tiny",)
    assert stats.finished == 8


def test_a_selection_and_an_alpha_map(client: Client) -> None:
    pixels = picture(16, 16)
    weights = np.zeros((16, 16), np.uint8)
    weights[:, 8:] = 255
    gray = packed_pixels(16, 16, weights.tobytes(), layout="gray", depth="u8", alpha="none")
    selected = result_of(client, run("one", pixels=pixels, mask=Mask(gray, "selection")))
    before = np.frombuffer(pixels.data, np.uint8).reshape(16, 16, 4)
    after = np.frombuffer(selected.pixels.data, np.uint8).reshape(16, 16, 4)
    assert (after[:, :8] == before[:, :8]).all()
    assert (after[:, 8:] != before[:, 8:]).any()

    mapped = StylizeRun(
        "two", "tiny", {"strength": DialSetting((1.0,), True)}, pixels, Mask(gray, "alpha_map")
    )
    black = packed_pixels(16, 16, bytes(256), layout="gray", depth="u8", alpha="none")
    nothing = StylizeRun(
        "three", "tiny", {"strength": DialSetting((1.0,), True)}, pixels, Mask(black, "alpha_map")
    )
    plain = bytes(result_of(client, run("four", alpha=0.0, pixels=pixels)).pixels.data)
    assert bytes(result_of(client, nothing).pixels.data) == plain
    assert bytes(result_of(client, mapped).pixels.data) != plain


def test_preserve_color_is_the_command_lines(client: Client) -> None:
    rgb = packed_pixels(
        8, 8, bytes(x for x in range(64) for _ in range(3)), layout="rgb", depth="u8", alpha="none"
    )
    request = StylizeRun("one", "tiny", {}, rgb, preserve_color=True)
    samples = np.frombuffer(result_of(client, request).pixels.data, np.uint8).reshape(64, 3)
    assert (samples.max(axis=1).astype(int) - samples.min(axis=1) <= 1).all()  # gray stays gray


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (run("j", pack="gone"), PackNotFoundError, "gone"),
        (run("j", pack="../made/tiny"), PackNotFoundError, "no pack's id"),
        (run("j", pack="/etc"), PackNotFoundError, "no pack's id"),
        (StylizeRun("j", "tiny", {"x": DialSetting((1.0,))}, picture()), AlphaError, "strength"),
        (
            StylizeRun("j", "tiny", {"strength": DialSetting((1.0, 2.0))}, picture()),
            AlphaError,
            "2 numbers",
        ),
        (run("j", alpha=1e6), AlphaError, "1e\\+06"),
        (StylizeRun("j", "tiny", {}, picture(), pack_sha256="0" * 64), PackIntegrityError, "list"),
        (run("j", working_px=60_000), ImageSizeError, "memory"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(
    client: Client, request_: StylizeRun, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        list(client.run(request_))
    assert isinstance(list(client.run(run("next")))[-1], Result)


def test_packs_are_listed_installed_verified_and_removed(
    client: Client, tiny_pack: Path, tiny_addon: Path, installed: Path
) -> None:
    # those that are shipped with the program are listed, too
    (entry,) = [entry for entry in client.packs().packs if entry.is_removable]
    assert (entry.id, entry.is_removable, entry.title) == ("tiny", True, "Tiny")
    assert [dial.id for dial in entry.dials] == ["strength", "towards-waves"]
    assert entry.thumbnail is not None
    assert bytes(entry.thumbnail.data[:3]) == b"\xff\xd8\xff"
    client.verify_pack("tiny")
    with pytest.raises(PackInstallError, match="is installed"):
        client.install_pack(str(tiny_pack))
    with pytest.raises(PackInstallError, match="absolute"):
        client.install_pack("tiny")
    assert client.install_pack(str(tiny_addon)).base == "tiny"
    client.remove_pack("tiny")
    with pytest.raises(PackNotFoundError):
        client.remove_pack("tiny")
    with pytest.raises(PackBaseError):
        client.verify_pack("tiny-addon")
    (installed / "tiny-addon" / "pack.json").write_text("{")
    packs = client.packs()
    assert not any(entry.is_removable for entry in packs.packs)
    assert [(broken.id, broken.code) for broken in packs.broken] == [("tiny-addon", "pack.format")]


def test_a_replaced_pack_is_loaded_anew(client: Client, installed: Path, tiny_pack: Path) -> None:
    list(client.run(run("one")))
    client.install_pack(str(tiny_pack), replace=True)
    assert isinstance(list(client.run(run("two")))[-1], Result)
    client.remove_pack("tiny")
    with pytest.raises(PackNotFoundError):
        list(client.run(run("three")))
    assert client.stats().loaded_packs == ()


def test_cancel_takes_effect_within_a_stage(client: Client) -> None:
    seen: list[Progress | Result] = []
    with pytest.raises(JobCancelledError):
        for event in client.run(run("slow", working_px=SLOW_PX), should_cancel=lambda: bool(seen)):
            seen.append(event)
    assert all(isinstance(event, Progress) for event in seen)
    for _ in ticks(10):
        if client.stats().running == 0:
            break
    stats = client.stats()
    assert (stats.running, stats.queued, stats.finished, stats.failed) == (0, 0, 0, 1)


@pytest.fixture
def raw_client(server: ServerThread) -> Iterator[RawClient]:
    raw = RawClient(server.connection)
    yield raw
    raw.close()


def test_newest_preview_wins(raw_client: RawClient) -> None:
    numbers = [
        raw_client.send(run(f"p{i}", alpha=i / 10, working_px=SLOW_PX // 2, stream="doc"))
        for i in range(6)
    ]
    other = raw_client.send(run("other", stream="other doc"))
    replies = [r for r in raw_client.replies(until=7) if not isinstance(r[1], Progress)]
    codes = {number: getattr(reply, "code", "result") for number, reply in replies}
    assert len(replies) == 7
    assert codes == {
        **dict.fromkeys(numbers[:-1], JobSupersededError.code),
        numbers[-1]: "result",
        other: "result",
    }


def test_each_request_gets_exactly_one_final_reply(raw_client: RawClient) -> None:
    """A mix of runs, previews, cancels and mistakes, all sent before the first answer is read."""
    choices = np.random.default_rng(5)
    numbers = []
    for i in range(60):
        kind = choices.integers(7)
        requests: list[Request] = [
            run(f"r{i}"),
            run(f"r{i}", stream=f"s{i % 3}"),
            run(f"r{i}", pack="gone"),
            Cancel(f"r{i - 1}"),
            ListPacks(),
            GetStats(),
            VerifyPack("gone"),
        ]
        numbers.append(raw_client.send(requests[kind]))
    replies = [r for r in raw_client.replies(until=60) if not isinstance(r[1], Progress)]
    assert sorted(number for number, _ in replies) == numbers
    raw_client.send(GetStats())
    assert len(list(raw_client.replies(until=1))) == 1  # and nothing else was on its way


def test_a_client_that_vanishes_loses_its_job(server: ServerThread) -> None:
    raw = RawClient(server.connection)
    raw.send(run("slow", working_px=SLOW_PX))
    raw.close()
    client = server.client()
    for _ in ticks(20):
        stats = client.stats()
        if stats.failed:
            break
    assert (stats.finished, stats.failed) == (0, 1)
    assert isinstance(list(client.run(run("next")))[-1], Result)


def test_two_hosts_are_served_at_once(server: ServerThread) -> None:
    counts = []

    def host(name: str) -> None:
        with connect(server.connection, host=name, version="1") as client:
            same_names = [client.preview(run(f"j{i}", stream="doc")) for i in range(5)]
            counts.append(sum(result is not None for result in same_names))

    threads = [threading.Thread(target=host, args=(name,)) for name in ("krita", "gimp")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counts == [5, 5]


def test_unsigned_and_repeated_messages_are_not_answered_with_anything_useful(
    server: ServerThread, raw_client: RawClient
) -> None:
    raw_client.send_frames([b"x" * 32, b"header", b"buffer"])
    raw_client.send_frames([b""])
    address = Address(new_id(), b"", 1)
    stranger = encode_request(Hello("x", "1"), address, key=bytes(32))
    raw_client.send_frames([bytes(frame) for frame in stranger])
    old = encode_request(GetStats(), Address(new_id(), new_id(), 1), key=server.connection.key)
    raw_client.send_frames([bytes(frame) for frame in old])
    ((_, reply),) = raw_client.replies(until=1)
    assert isinstance(reply, Failure)
    assert reply.code == SessionError.code


def test_limits_are_announced_and_kept(installed: Path) -> None:
    limits = Limits(queue_length=2, client_bytes=10_000)
    running = ServerThread(
        ServerSettings(limits=limits),
        ComputeSettings(EngineWish(device="cpu"), limits=limits),
    )
    try:
        raw = RawClient(running.connection)
        assert running.client().hello().limits == limits
        first = raw.send(run("a", working_px=SLOW_PX))
        again = raw.send(run("a"))
        raw.send(run("b"))
        third = raw.send(run("c"))
        replies = raw.replies(until=2)
        codes = {n: r.code for n, r in replies if isinstance(r, Failure)}
        assert codes == {again: UsageError.code, third: BusyError.code}
        assert first not in codes
        raw.close()
        with pytest.raises(BusyError, match="10000"):
            list(running.client().run(run("big", pixels=picture(60, 60))))
    finally:
        running.close()


def test_all_clients_together_are_bounded_too(installed: Path) -> None:
    """Each within its own share, and yet too much: the one who comes last is told."""
    limits = Limits(client_bytes=20_000, frame_bytes=10_000)
    running = ServerThread(
        ServerSettings(limits=limits),
        ComputeSettings(EngineWish(device="cpu"), limits=limits),
    )
    clients = [RawClient(running.connection) for _ in range(3)]
    try:
        clients[0].send(run("slow", working_px=SLOW_PX, pixels=picture(50, 50)))
        clients[0].send(run("next", pixels=picture(50, 40)))
        clients[1].send(run("mine", pixels=picture(50, 50)))
        for _ in ticks(10):
            if running.stack.jobs.unfinished == 3:
                break
        clients[2].send(run("too much", pixels=picture(50, 50)))
        *_, (_, refused) = clients[2].replies(until=1)
        assert isinstance(refused, Failure)
        assert refused.code == BusyError.code
        assert "all programs" in refused.message
    finally:
        for raw in clients:
            raw.close()
        running.close()


def test_shutdown_ends_unfinished_jobs(server: ServerThread, raw_client: RawClient) -> None:
    number = raw_client.send(run("slow", working_px=SLOW_PX))
    server.client().shutdown()
    replies = dict(r for r in raw_client.replies(until=1) if not isinstance(r[1], Progress))
    failure = replies[number]
    assert isinstance(failure, Failure)
    assert failure.code == JobCancelledError.code
    server.thread.join(20)
    assert not server.thread.is_alive()


def test_it_ends_when_nobody_needs_it(installed: Path) -> None:
    settings = ServerSettings(lease_s=0.3, idle_s=0.3)
    running = ServerThread(settings, ComputeSettings(EngineWish(device="cpu")))
    client = running.client()
    for _ in range(8):
        client.keep_alive()
        threading.Event().wait(0.2)
    assert running.thread.is_alive()
    running.thread.join(10)
    assert not running.thread.is_alive()
    running.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_stats_are_told_while_no_more_files_may_be_opened(server: ServerThread) -> None:
    import resource

    client = server.client()
    client.hello()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)  # the lowest that is free, so all below are taken
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.dup(0)
        assert client.stats().memory_bytes > 1 << 20
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
