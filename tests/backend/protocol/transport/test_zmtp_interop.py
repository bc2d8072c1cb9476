"""The pure-Python DEALER against libzmq's ROUTER."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from dynamic_style.backend.protocol.errors import ConnectionLostError, ProtocolTimeoutError
from dynamic_style.backend.protocol.pixels import Buffer
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer

from .routers import EchoRouter
from .tcp_peers import Peer, torn

TIMEOUT_S = 30.0  # for what succeeds; generous, since the machine may be busy


def echo(dealer: Dealer, frames: list[Buffer]) -> list[bytes]:
    dealer.send(frames, timeout_s=TIMEOUT_S)
    return [bytes(frame) for frame in dealer.receive(timeout_s=TIMEOUT_S)]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_535, 65_536, 65_537, 64 << 20])
def test_a_frame_of_any_size_comes_back(echo_router: EchoRouter, size: int) -> None:
    data = (os.urandom(1 << 16) * (size // (1 << 16) + 1))[:size]
    with Dealer(echo_router.endpoint) as dealer:
        assert echo(dealer, [data]) == [data]


@pytest.mark.parametrize(
    "sizes", [[0, 0, 0], [1] * 1000, [255, 256, 0, 65_536, 1], [300_000, 0, 300_000, 70_000]]
)
def test_multipart_messages_come_back_frame_by_frame(
    echo_router: EchoRouter, sizes: list[int]
) -> None:
    frames: list[Buffer] = [bytes([i % 256]) * size for i, size in enumerate(sizes)]
    with Dealer(echo_router.endpoint) as dealer:
        assert echo(dealer, frames) == frames


def test_buffers_of_every_kind_are_sent(echo_router: EchoRouter) -> None:
    numbers = memoryview(bytes(range(240))).cast("f")
    large = memoryview(bytearray(b"x" * 400_000)).cast("B", (1000, 400))
    with Dealer(echo_router.endpoint) as dealer:
        frames = echo(dealer, [bytearray(b"abc"), numbers, large])
    assert frames == [b"abc", bytes(range(240)), b"x" * 400_000]


def test_messages_in_a_row_arrive_in_order(echo_router: EchoRouter) -> None:
    with Dealer(echo_router.endpoint) as dealer:
        for i in range(200):
            dealer.send([b"%d" % i, bytes(i * 50)], timeout_s=TIMEOUT_S)
        for i in range(200):
            number, data = dealer.receive(timeout_s=TIMEOUT_S)
            assert (bytes(number), len(data)) == (b"%d" % i, i * 50)


@pytest.mark.parametrize("sizes", [(1,), (3, 1, 7), (64, 9, 1, 2)])
def test_a_stream_in_small_pieces_is_put_together(
    echo_router: EchoRouter, tcp_peer: Callable[[Peer], str], sizes: tuple[int, ...]
) -> None:
    frames: list[Buffer] = [b"", b"a", b"b" * 255, b"c" * 256, b"", b"d" * 65_536, b"e" * 300_000]
    with Dealer(tcp_peer(torn(echo_router.port, sizes=sizes))) as dealer:
        for _ in range(2):
            assert echo(dealer, frames) == frames


def test_two_dealers_get_their_own_answers(echo_router: EchoRouter) -> None:
    with Dealer(echo_router.endpoint) as one, Dealer(echo_router.endpoint) as other:
        one.send([b"one"], timeout_s=TIMEOUT_S)
        other.send([b"other"], timeout_s=TIMEOUT_S)
        assert one.receive(timeout_s=TIMEOUT_S) == [b"one"]
        assert other.receive(timeout_s=TIMEOUT_S) == [b"other"]


def test_pings_are_answered_while_waiting() -> None:
    with EchoRouter(heartbeat_ms=100) as router, Dealer(router.endpoint) as dealer:
        echo(dealer, [b"connected"])
        for _ in range(4):  # 1.6 s; without a PONG libzmq hangs up after 0.3 s
            with pytest.raises(ProtocolTimeoutError, match="no answer"):
                dealer.receive(timeout_s=0.4)
        assert dealer.is_connected()
        assert echo(dealer, [b"still there"]) == [b"still there"]


def test_who_answers_no_pings_is_dropped_and_connects_again() -> None:
    with EchoRouter(heartbeat_ms=50) as router, Dealer(router.endpoint) as dealer:
        echo(dealer, [b"connected"])
        time.sleep(1)  # answers nothing meanwhile, so libzmq hangs up
        assert not dealer.is_connected()
        assert echo(dealer, [b"again"]) == [b"again"]


def test_after_the_peer_died_the_next_send_finds_its_successor() -> None:
    with EchoRouter() as router, Dealer(router.endpoint) as dealer:
        assert echo(dealer, [b"first"]) == [b"first"]
        router.close()
        with pytest.raises(ConnectionLostError, match="closed the connection"):
            dealer.receive(timeout_s=TIMEOUT_S)
        assert not dealer.is_connected()
        with pytest.raises(ConnectionLostError, match="nothing listens"):
            dealer.send([b"to nobody"], timeout_s=TIMEOUT_S)
        with EchoRouter(port=router.port):
            assert echo(dealer, [b"second"]) == [b"second"]


def test_a_dealer_that_was_closed_connects_again(echo_router: EchoRouter) -> None:
    dealer = Dealer(echo_router.endpoint)
    assert not dealer.is_connected()
    with pytest.raises(ConnectionLostError, match="not connected"):
        dealer.receive(timeout_s=0)
    for _ in range(3):
        assert echo(dealer, [b"hello"]) == [b"hello"]
        dealer.close()
        assert not dealer.is_connected()


def test_an_answer_that_comes_late_is_not_lost(echo_router: EchoRouter) -> None:
    data = bytes(8 << 20)
    with Dealer(echo_router.endpoint) as dealer:
        dealer.send([data], timeout_s=TIMEOUT_S)
        timeouts = 0
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            try:
                assert dealer.receive(timeout_s=0) == [data]
                break
            except ProtocolTimeoutError:
                timeouts += 1
        else:
            pytest.fail("the message never became complete")
    assert timeouts > 0


def test_what_was_sent_arrives_though_the_dealer_closes_at_once(echo_router: EchoRouter) -> None:
    dealer = Dealer(echo_router.endpoint)
    dealer.send([b"last words"], timeout_s=TIMEOUT_S)
    dealer.close()
    end = time.monotonic() + TIMEOUT_S
    while not echo_router.received and time.monotonic() < end:
        time.sleep(0.01)
    assert echo_router.received == [[b"last words"]]
