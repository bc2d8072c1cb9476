"""What a host's worker sees of the backend: results, progress, cancelling, and every failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.client import Client, connect
from dynamic_style.backend.protocol.connection import Connection
from dynamic_style.backend.protocol.errors import (
    BusyError,
    ConnectionLostError,
    DynamicStyleError,
    JobCancelledError,
    MalformedError,
    OversizeError,
    PackNotFoundError,
    ProtocolTimeoutError,
    ProtocolVersionError,
    SessionError,
    SignatureError,
    UnsupportedError,
)
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.messages import (
    Cancel,
    Done,
    Failure,
    Hello,
    InstallPack,
    Lease,
    PackInstalled,
    Packs,
    Progress,
    Reply,
    Request,
    Result,
    Stats,
    StylizeRun,
    VerifyPack,
)
from dynamic_style.backend.protocol.replies import failure_of
from dynamic_style.backend.protocol.signing import new_key
from dynamic_style.backend.protocol.zmtp import Dealer

from .routers import EchoRouter, Handler, ScriptedBackend
from .samples import ALL_REPLIES, KEY, full_run, pack_entry, picture, run
from .tcp_peers import Peer, after_handshake, says
from .transports import LibzmqDealer

SHORT_S = 0.4

MakeBackend = Callable[..., ScriptedBackend]
MakeClient = Callable[..., Client]


@pytest.fixture
def make_backend() -> Iterator[MakeBackend]:
    backends: list[ScriptedBackend] = []

    def make(handler: Handler, **options: Any) -> ScriptedBackend:
        backends.append(ScriptedBackend(handler, **options))
        return backends[-1]

    yield make
    for backend in backends:
        backend.close()


@pytest.fixture(params=["pure Python", "libzmq"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    clients: list[Client] = []
    libzmq: list[LibzmqDealer] = []

    def make(endpoint: str, *, key: bytes = KEY) -> Client:
        transport: Any = Dealer(endpoint)
        if request.param == "libzmq":
            libzmq.append(LibzmqDealer(endpoint))
            transport = libzmq[-1]
        clients.append(Client(transport, key=key, host="test 1.0", version="0.1.0"))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
    for transport in libzmq:
        transport.end()


@pytest.fixture
def pure_client() -> Iterator[MakeClient]:
    clients: list[Client] = []

    def make(endpoint: str, *, key: bytes = KEY) -> Client:
        clients.append(Client(Dealer(endpoint), key=key, host="test 1.0", version="0.1.0"))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def stylize(request: Request) -> Iterable[Reply]:
    """What a backend does that turns every picture into its negative."""
    if isinstance(request, StylizeRun):
        yield Progress(request.job, 0.0, "load")
        yield Progress(request.job, 0.5, "net", 0.1)
        yield negative(request)
    else:
        yield Done()


def negative(request: StylizeRun) -> Result:
    inverted = bytes(255 - value for value in bytes(request.pixels.data))
    return Result(request.job, request.pixels.with_data(inverted), {"net": 0.1})


def never(_request: Request) -> Iterable[Reply]:
    return ()


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def test_a_run_gives_progress_and_then_the_result(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    *progress, result = make_client(backend.endpoint).run(full_run())
    assert [event.fraction for event in progress if isinstance(event, Progress)] == [0.0, 0.5]
    assert result == negative(full_run())
    assert backend.requests == [Hello("test 1.0", "0.1.0"), full_run()]
    assert backend.dropped == []


def test_one_client_makes_many_requests_in_one_session(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for i in range(5):
        assert isinstance(list(client.run(run(f"job-{i}")))[-1], Result)
    assert len(backend.requests_of(Hello)) == 1


def test_every_other_request_gives_its_reply(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    samples = {type(reply): reply for reply in ALL_REPLIES}
    answers = {
        "list_packs": samples[Packs],
        "get_stats": samples[Stats],
        "install_pack": PackInstalled(pack_entry()),
    }
    backend = make_backend(lambda request: [answers.get(request.type, Done())])
    client = make_client(backend.endpoint)
    assert client.hello().device == "cpu"
    assert client.packs() == samples[Packs]
    assert client.stats() == samples[Stats]
    assert client.install_pack("/tmp/wave.dynpack", replace=True) == pack_entry()
    client.verify_pack("wave")
    client.remove_pack("wave")
    client.cancel("job-1")
    client.keep_alive()
    client.shutdown()
    assert backend.requests_of(InstallPack) == [InstallPack("/tmp/wave.dynpack", True)]
    assert backend.requests_of(VerifyPack) == [VerifyPack("wave")]
    assert backend.requests_of(Lease) == [Lease(60.0)]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure("job-1", "pack.not_found", "pack 'x': not here"), PackNotFoundError),
        (Failure(None, "protocol.busy", "the queue is full"), BusyError),
        (Failure("job-1", "device.of.tomorrow", "no such thing yet"), DynamicStyleError),
        (Failure("job-1", "never.heard.of", "odd"), DynamicStyleError),
    ],
)
def test_a_failure_is_raised_as_the_error_it_names(
    make_backend: MakeBackend,
    make_client: MakeClient,
    failure: Failure,
    error: type[DynamicStyleError],
) -> None:
    backend = make_backend(lambda _: [failure])
    client = make_client(backend.endpoint)
    with pytest.raises(error, match=failure.message):
        list(client.run(run()))
    with pytest.raises(error, match=failure.message):
        client.packs()


def until_cancelled(request: Request) -> Iterable[Reply]:
    """What a backend does whose jobs never end by themselves."""
    if isinstance(request, StylizeRun):
        yield Progress(request.job, 0.1, "net")
    elif isinstance(request, Cancel):
        yield failure_of(JobCancelledError("taken back"), job=request.job)
        yield Done()


def test_a_flag_cancels_a_run(make_backend: MakeBackend, make_client: MakeClient) -> None:
    backend = make_backend(until_cancelled)
    client = make_client(backend.endpoint)
    is_cancelled: list[bool] = []
    events = client.run(run(), should_cancel=lambda: bool(is_cancelled))
    assert next(events) == Progress("job-1", 0.1, "net")
    assert backend.requests_of(Cancel) == []
    is_cancelled.append(True)
    with pytest.raises(JobCancelledError, match="taken back"):
        next(events)
    assert backend.requests_of(Cancel) == [Cancel("job-1")]


def test_cancelling_in_the_loop_ends_the_run(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    client = make_client(make_backend(until_cancelled).endpoint)
    events = client.run(run())
    next(events)
    client.cancel("job-1")
    with pytest.raises(JobCancelledError):
        next(events)


def test_cancel_between_two_events_keeps_the_events(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    events = client.run(run())
    assert isinstance(next(events), Progress)
    client.cancel("job-1")  # its answer comes after those to the run, which must not be lost
    assert [type(event) for event in events] == [Progress, Result]
    assert backend.requests[-1] == Cancel("job-1")


def test_leaving_the_loop_takes_the_job_back(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for _event in client.run(run("left")):
        break
    wait_for(lambda: Cancel("left") in backend.requests)
    assert isinstance(list(client.run(run("next")))[-1], Result)


def test_a_finished_job_is_not_taken_back(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for event in client.run(run(), should_cancel=lambda: False):
        if isinstance(event, Result):
            break
    assert client.preview(run("p", preview_stream="doc")) is not None
    client.keep_alive()
    assert backend.requests_of(Cancel) == []


def test_a_preview_gives_its_result(make_backend: MakeBackend, make_client: MakeClient) -> None:
    client = make_client(make_backend(stylize).endpoint)
    request = run(preview_stream="doc")
    assert client.preview(request) == negative(request)


def test_a_stale_preview_is_left_for_the_newer_one(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    def handler(request: Request) -> Iterable[Reply]:
        if isinstance(request, StylizeRun):
            return [negative(request)] if request.job == "new" else []
        return [Done()]

    backend = make_backend(handler)
    client = make_client(backend.endpoint)
    assert client.preview(run("old", preview_stream="doc"), is_stale=lambda: True) is None
    newer = run("new", preview_stream="doc")
    assert client.preview(newer) == negative(newer)
    assert Cancel("old") in backend.requests


def test_a_preview_needs_a_stream(pure_client: MakeClient) -> None:
    with pytest.raises(MalformedError, match="preview_stream"):
        pure_client("tcp://127.0.0.1:9").preview(run())


def test_a_silent_backend_costs_no_more_than_the_deadline(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(never)
    client = make_client(backend.endpoint)
    client.hello()
    start = time.monotonic()
    with pytest.raises(ProtocolTimeoutError, match=r"no answer to stylize_run .* within 0.4 s"):
        list(client.run(run(), silence_s=SHORT_S))
    with pytest.raises(ProtocolTimeoutError, match="no answer to get_stats"):
        client.stats(timeout_s=SHORT_S)
    assert time.monotonic() - start < 10
    wait_for(lambda: Cancel("job-1") in backend.requests)


def test_progress_keeps_a_long_run_alive(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    def slow(request: Request) -> Iterable[Reply]:
        if isinstance(request, StylizeRun):
            for i in range(8):
                time.sleep(0.1)
                yield Progress(request.job, i / 8, "net")
            yield negative(request)

    client = make_client(make_backend(slow).endpoint)
    assert len(list(client.run(run(), silence_s=0.7))) == 9  # of 0.8 s or more


def test_after_the_backend_died_the_next_request_works(
    make_backend: MakeBackend, pure_client: MakeClient
) -> None:
    first = make_backend(never)
    client = pure_client(first.endpoint)
    events = client.run(run())
    client.hello()
    first.close()
    with pytest.raises(ConnectionLostError):
        list(events)
    with pytest.raises(ConnectionLostError, match="nothing listens"):
        client.packs()
    second = make_backend(stylize, port=first.port)
    assert isinstance(list(client.run(run()))[-1], Result)
    assert len(second.requests_of(Hello)) == 1


def test_a_backend_that_forgot_the_session_gets_the_request_once_more(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    client.hello()
    for i in range(1024):  # so many other clients that it forgets the first
        backend.guard.open(i.to_bytes(16, "big"), 1)
    assert isinstance(list(client.run(run()))[-1], Result)
    assert len(backend.requests_of(Hello)) == 2
    assert len(backend.requests_of(StylizeRun)) == 1


def test_a_backend_that_knows_no_session_ever_is_an_error(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(lambda _: [failure_of(SessionError("say hello again"))])
    with pytest.raises(SessionError):
        make_client(backend.endpoint).packs()
    assert len(backend.requests_of(Hello)) == 2


def test_without_the_key_nobody_is_heard(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    with pytest.raises(ProtocolTimeoutError, match="no answer to hello"):
        make_client(backend.endpoint, key=new_key()).hello(timeout_s=SHORT_S)
    assert backend.requests == []
    assert [type(error) for error in backend.dropped] == [SignatureError]


def test_pixels_are_never_sent_to_who_has_not_shown_the_key(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    """Another user's program may have taken the port of a backend that ended."""
    thief = make_backend(stylize, key=new_key())
    with pytest.raises(ProtocolTimeoutError, match="no answer to hello"):
        list(make_client(thief.endpoint).run(run(), silence_s=SHORT_S))
    assert len(thief.received) == 1
    assert all(bytes(picture().data) not in frame for frame in thief.received[0])


def test_a_peer_that_sends_back_what_it_hears_is_no_backend(
    echo_router: EchoRouter, make_client: MakeClient
) -> None:
    with pytest.raises(SignatureError):
        make_client(echo_router.endpoint).hello()


def test_after_a_new_connection_the_peer_must_show_the_key_again(
    make_backend: MakeBackend, pure_client: MakeClient
) -> None:
    backend = make_backend(stylize, heartbeat_ms=50)
    client = pure_client(backend.endpoint)
    client.hello()
    time.sleep(1)  # no PONG meanwhile: libzmq hangs up
    assert isinstance(list(client.run(run()))[-1], Result)
    assert [request.type for request in backend.requests] == ["hello", "hello", "stylize_run"]


def test_other_versions_name_the_side_to_update(
    make_backend: MakeBackend, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Connection("tcp://127.0.0.1:9", KEY, 1, codec.PROTOCOL_VERSION, "0.1.0")
    with pytest.raises(ProtocolVersionError, match="update the plugin"):
        connect(replace(ours, protocol=2), host="krita", version="0.1.0")
    with pytest.raises(ProtocolVersionError, match="update the backend"):
        connect(replace(ours, protocol=0), host="krita", version="0.1.0")


def test_connect_speaks_to_the_backend_of_the_connection_file(make_backend: MakeBackend) -> None:
    backend = make_backend(stylize)
    file = Connection(backend.endpoint, KEY, 1, codec.PROTOCOL_VERSION, "0.1.0")
    with connect(file, host="krita 5.2.9", version="0.1.0") as client:
        assert client.hello().backend_version == "0.1.0"
    wait_for(lambda: Lease(0.0) in backend.requests)  # closing gives the lease back


def test_a_request_that_the_backend_does_not_know_is_not_sent(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize, requests=("hello", "list_packs"))
    with pytest.raises(UnsupportedError, match="update the backend"):
        list(make_client(backend.endpoint).run(run()))
    assert backend.requests_of(StylizeRun) == []


def test_a_picture_beyond_the_backends_limits_is_not_sent(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize, limits=Limits(total_bytes=5000))
    client = make_client(backend.endpoint)
    large = replace(run(), pixels=picture(50, 50))
    with pytest.raises(OversizeError, match="send a smaller picture"):
        list(client.run(large))
    assert isinstance(list(client.run(run()))[-1], Result)
    assert len(backend.requests_of(StylizeRun)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Done(),
        Packs(()),
        Result("another job", picture(), {}),
        Result("job-1", picture(3, 5), {}),
        Result("job-1", replace(picture(), alpha="premultiplied"), {}),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(
    make_backend: MakeBackend, make_client: MakeClient, answer: Reply
) -> None:
    client = make_client(make_backend(lambda _: [answer]).endpoint)
    with pytest.raises(MalformedError):
        list(client.run(run()))
    with pytest.raises(MalformedError):
        client.stats()


@pytest.mark.parametrize(
    ("peer", "error"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n" + b" " * 64), ConnectionLostError),
        (says(), ProtocolTimeoutError),
        (after_handshake(), ProtocolTimeoutError),
        (after_handshake(b"\x00\x05noise"), MalformedError),
        (after_handshake(b"\x01\x20" + bytes(32) + b"\x00\x01\x80"), SignatureError),
        (after_handshake(b"\x02" + b"\xff" * 8), OversizeError),
    ],
)
def test_every_wrong_peer_is_a_named_error(
    tcp_peer: Callable[[Peer], str],
    pure_client: MakeClient,
    peer: Peer,
    error: type[DynamicStyleError],
) -> None:
    client = pure_client(tcp_peer(peer))
    for _ in range(2):
        with pytest.raises(error):
            client.hello(timeout_s=SHORT_S)
