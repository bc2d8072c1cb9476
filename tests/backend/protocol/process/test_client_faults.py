"""What a host's worker sees of a backend that is silent, dead, of another version, or none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import (
    ConnectionLostError,
    DynamicStyleError,
    MalformedError,
    OversizeError,
    ProtocolTimeoutError,
    SessionError,
    SignatureError,
    UnsupportedError,
)
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.messages import (
    Cancel,
    Done,
    Hello,
    Lease,
    Packs,
    Progress,
    Reply,
    Request,
    Result,
    StylizeRun,
)
from dynamic_style.backend.protocol.process.client import connect
from dynamic_style.backend.protocol.process.connection_file import Connection
from dynamic_style.backend.protocol.replies import failure_of
from dynamic_style.backend.protocol.signing import new_key

from ..answering import MakeBackend, MakeClient, negative, never, stylize, wait_for
from ..samples import KEY, picture, run
from ..transport.routers import EchoRouter
from ..transport.tcp_peers import Peer, after_handshake, says

SHORT_S = 0.4


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
                yield Progress(request.job, i / 8, "painting")
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
