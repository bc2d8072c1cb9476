"""The real process of `serve`, treated badly: whoever calls it ends with a result or a named error,
and the next request works.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_style.backend.packs import Architecture
from dynamic_style.backend.protocol.codec import Address, encode_request, open_reply
from dynamic_style.backend.protocol.errors import (
    ConnectionLostError,
    DeviceError,
    ImageSizeError,
    PackError,
    ProtocolTimeoutError,
)
from dynamic_style.backend.protocol.messages import GetStats, Hello, Progress, Request, Result
from dynamic_style.backend.protocol.pixels import packed_pixels
from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.protocol.transport.zmtp_frames import GREETING, ready_command
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer

from ..servers import SLOW_PX, RawClient, ServeProcess, picture, run, serve_process, ticks
from ..tiny_packs import TAPS, make_manifest, make_net, write_tiny

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

SILENCE_S = 1.5  # less than the backend's own interval of progress is long only when it is stopped


@pytest.fixture(scope="module")
def backend(made_packs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeProcess]:
    """One process for all tests that leave it alive; that it is, is part of each of them."""
    folder = tmp_path_factory.mktemp("serve")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNAMIC_STYLE_RUNTIME", str(folder))
        patch.setenv("DYNAMIC_STYLE_PACKS", str(made_packs))
        process = ServeProcess()
    yield process
    process.kill()


@pytest.fixture
def client(backend: ServeProcess) -> Iterator[Client]:
    with backend.client() as client:
        yield client


def assert_works(client: Client, name: str) -> None:
    assert isinstance(list(client.run(run(name, pixels=picture(8, 8))))[-1], Result)


def test_kill_during_a_run(installed: Path) -> None:
    with serve_process() as process, process.client() as client:
        started = time.monotonic()
        with pytest.raises(ConnectionLostError):
            for event in client.run(run("slow", working_px=SLOW_PX)):
                assert isinstance(event, Progress)
                process.kill()
        assert time.monotonic() - started < 20
        with pytest.raises(ConnectionLostError):
            client.stats()
    with serve_process() as process, process.client() as client:  # over the stale file
        assert_works(client, "next")


def test_stop_for_longer_than_the_deadline(backend: ServeProcess, client: Client) -> None:
    client.hello()
    os.kill(backend.process.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(ProtocolTimeoutError):
            list(client.run(run("stopped"), silence_s=SILENCE_S))
        with pytest.raises(ProtocolTimeoutError):
            client.stats(timeout_s=SILENCE_S)
        assert time.monotonic() - started < 4 * SILENCE_S
    finally:
        os.kill(backend.process.pid, signal.SIGCONT)
    assert_works(client, "after-stop")


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_garbage_connections(backend: ServeProcess, client: Client, count: int) -> None:
    address = ("127.0.0.1", int(backend.connection.endpoint.rpartition(":")[2]))
    shaken = GREETING + ready_command()
    huge = b"\x02" + (1 << 62).to_bytes(8, "big")
    junk = [
        b"GET / HTTP/1.1\r\n\r\n", bytes(100), b"\xff" * 64, GREETING, shaken + huge,
        shaken + b"\x00\x03abc", os.urandom(200), b"",
    ]  # fmt: skip
    for number in range(count):
        with contextlib.suppress(OSError), socket.create_connection(address, 5) as connection:
            connection.sendall(junk[number % len(junk)])
        if number % 100 == 50:
            assert client.stats(timeout_s=10).uptime_s > 0
    assert_works(client, f"after-{count}")
    for _ in ticks(20):
        if psutil.Process(backend.process.pid).num_fds() < 200:
            return
    raise AssertionError("connections were not closed")


def test_slow_loris(backend: ServeProcess, client: Client) -> None:
    """Connections that greet byte by byte are closed; meanwhile others are served."""
    address = ("127.0.0.1", int(backend.connection.endpoint.rpartition(":")[2]))
    slow = [socket.create_connection(address, 5) for _ in range(50)]
    try:
        for number in range(3):
            for connection in slow:
                connection.sendall(b"\xff\0\0"[number : number + 1])
            assert_works(client, f"loris-{number}")
        closed = 0
        for connection in slow:
            connection.settimeout(10)
            with contextlib.suppress(ConnectionError):
                while connection.recv(100):
                    pass
            closed += 1
        assert closed == len(slow)
    finally:
        for connection in slow:
            connection.close()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damaged_messages(backend: ServeProcess, data: st.DataObject) -> None:
    """Any one bit flipped, or any end cut off: dropped or refused, never taken for a request."""
    raw = RawClient(backend.connection)
    try:
        request = data.draw(st.sampled_from([GetStats(), run("damaged")]))
        frames = [bytes(f) for f in raw.frames_of(request)]
        which = data.draw(st.integers(0, len(frames) - 1))
        frame = bytearray(frames[which])
        at = data.draw(st.integers(0, len(frame) - 1))
        if data.draw(st.booleans()):
            frame[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            del frame[at:]
        frames[which] = bytes(frame)
        raw.send_frames(frames)
        asked = raw.send(GetStats())
        finals = {number: reply.type for number, reply in raw.replies(until=1)}
        # a damaged buffer is answered, as its header is in order
        if asked not in finals:
            assert list(finals.values()) == ["failure"]
            finals = {number: reply.type for number, reply in raw.replies(until=1)}
        assert finals[asked] == "stats"
    finally:
        raw.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process, set from outside")
def test_no_room_for_a_pack(
    backend: ServeProcess, client: Client, tiny_addon: Path, made_packs: Path
) -> None:
    """Files that cannot grow any more, as on a full disk: nothing is installed, nothing is left."""
    client.remove_pack("tiny-addon")
    before = sorted(path.name for path in made_packs.iterdir())
    limited = psutil.Process(backend.process.pid)
    usual = limited.rlimit(psutil.RLIMIT_FSIZE)
    limited.rlimit(psutil.RLIMIT_FSIZE, (2000, usual[1]))
    try:
        with pytest.raises(PackError, match=r"cannot write .*tiny-addon"):
            client.install_pack(str(tiny_addon))
    finally:
        limited.rlimit(psutil.RLIMIT_FSIZE, usual)
    assert sorted(path.name for path in made_packs.iterdir()) == before
    assert client.install_pack(str(tiny_addon)).id == "tiny-addon"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process, set from outside")
def test_out_of_memory(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that does not fit as a whole is done in strips; one that does not fit even so fails."""
    monkeypatch.setenv("DYNAMIC_STYLE_ENGINE", "torch")  # it runs strips, and is loaded already
    architecture = Architecture("style_transfer", 8, TAPS)
    write_tiny(installed / "wide", make_manifest(id="wide", architecture=architecture), make_net(8))
    with serve_process() as process, process.client() as client:
        assert isinstance(list(client.run(run("load", pack="wide")))[-1], Result)
        with room_for(process, 340 << 20):  # as a whole it takes 500 MiB
            *progress, tight = client.run(run("tight", pack="wide", working_px=1500))
        with room_for(process, 20 << 20), pytest.raises(ImageSizeError, match="takes about"):
            list(client.run(run("oom", pack="wide", working_px=5000)))
        *_, roomy = client.run(run("roomy", pack="wide", working_px=1500))
    assert isinstance(tight, Result)
    assert isinstance(roomy, Result)
    fractions = [event.fraction for event in progress if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    pairs = zip(bytes(tight.pixels.data), bytes(roomy.pixels.data), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process, set from outside")
def test_a_shortage_of_memory_passes(installed: Path) -> None:
    """Sizes that were not computed before need new code, for which there was no room: afterwards
    there is, for runs as for the check of a pack.
    """
    with serve_process() as process, process.client() as client:
        assert_works(client, "load")
        with room_for(process, 0):
            for width in range(9, 400, 13):
                with contextlib.suppress(DeviceError, ImageSizeError):
                    list(client.run(run(f"short-{width}", pixels=picture(width, 8))))
            with contextlib.suppress(DeviceError):
                client.verify_pack("tiny")
        for width in range(10, 400, 39):
            *_, last = client.run(run(f"roomy-{width}", pixels=picture(width, 8)))
            assert isinstance(last, Result)
        client.verify_pack("tiny")


@contextlib.contextmanager
def room_for(process: ServeProcess, more_bytes: int) -> Iterator[None]:
    """Let the process grow by so much and no more."""
    limited = psutil.Process(process.process.pid)
    usual = limited.rlimit(psutil.RLIMIT_AS)
    limited.rlimit(psutil.RLIMIT_AS, (limited.memory_info().vms + more_bytes, usual[1]))
    try:
        yield
    finally:
        limited.rlimit(psutil.RLIMIT_AS, usual)


def test_clients_that_never_read(backend: ServeProcess, client: Client) -> None:
    """A host that is frozen does not keep another one waiting."""
    frozen = RawClient(backend.connection)
    for number in range(4):
        frozen.send(run(f"frozen-{number}", pixels=picture(600, 600), working_px=16))
    assert_works(client, "meanwhile")
    frozen.close()
    assert_works(client, "after-frozen")


def test_a_client_that_vanishes_in_the_middle_of_its_result(
    backend: ServeProcess, client: Client
) -> None:
    """What it still waits for is cancelled, and what it was being sent is let go."""
    before = client.stats()
    large = packed_pixels(2500, 2000, bytes(20 * 10**6), layout="bgra", depth="u8", alpha="none")
    key, numbers = backend.connection.key, itertools.count(1)
    with Dealer(backend.connection.endpoint) as dealer:

        def send(request: Request, session: bytes = b"") -> None:
            address = Address(b"vanishing client", session, next(numbers))
            dealer.send(encode_request(request, address, key=key), timeout_s=20)

        send(Hello("test", "1"))
        session = open_reply(dealer.receive(timeout_s=20), key=key).address.session
        send(run("large", pixels=large, working_px=16), session)
        send(run("slow", working_px=SLOW_PX), session)
        arrived = 0
        while arrived < 1 << 20:  # of 20 MB
            arrived += len(dealer._socket.recv(1 << 16))
    for _ in ticks(20):
        stats = client.stats()
        if stats.failed > before.failed and not stats.running:
            break
    assert (stats.finished, stats.failed) == (before.finished + 1, before.failed + 1)
    assert stats.queued == stats.running == 0
    assert_works(client, "after-vanished")
