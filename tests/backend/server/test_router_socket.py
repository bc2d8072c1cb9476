"""The backend's ROUTER against its peers: what strangers can make it keep, and what friends can."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import zmq

from dynamic_style.backend.protocol.errors import ConnectionLostError
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.transport.zmtp_frames import GREETING, ready_command
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer
from dynamic_style.backend.server.transport import peer_connection, router_socket
from dynamic_style.backend.server.transport.router_socket import MOST_STRANGERS, Router

from ..servers import ticks

MIB = 1 << 20
LIMITS = Limits(frame_bytes=8 * MIB, total_bytes=8 * MIB)


class Desk:
    """A Router that gives every message back; who says "hello" first is trusted."""

    def __init__(self) -> None:
        self.wakes, self._bell = socket.socketpair()
        self.router = Router(LIMITS, wakes=self.wakes)
        self.most_held = 0

    def work(self) -> None:
        """One turn of a server's loop."""
        self.router.wait(0.01)
        peers = self.router._peers.values()
        self.most_held = max(self.most_held, sum(peer.held_bytes for peer in peers))
        while (received := self.router.receive()) is not None:
            peer, frames = received
            if bytes(frames[0]) == b"hello":
                self.router.trust(peer)
            self.router.send(peer, [bytes(frame) for frame in frames])
        self.router.gone()

    def close(self) -> None:
        self.router.close()
        self.wakes.close()
        self._bell.close()

    def stranger(self) -> socket.socket:
        """A connection that has shaken hands and not said anything."""
        host, port = self.router.endpoint.removeprefix("tcp://").split(":")
        connection = socket.create_connection((host, int(port)), 10)
        connection.sendall(GREETING + ready_command())
        return connection

    def answers(self, dealer: Dealer, *frames: bytes) -> list[bytes]:
        """What the dealer gets for that, while the router works."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(_ask, dealer, frames)
            for _ in ticks(20):
                self.work()
                if asked.done():
                    break
            return asked.result(0.1)


def _ask(dealer: Dealer, frames: tuple[bytes, ...]) -> list[bytes]:
    dealer.send(frames, timeout_s=10)
    return [bytes(frame) for frame in dealer.receive(timeout_s=10)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def is_closed(desk: Desk, connection: socket.socket) -> bool:
    """Whether the other side closes it soon."""
    connection.settimeout(0.01)
    for _ in ticks(10):
        desk.work()
        try:
            if not connection.recv(4096):
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize(
    "frame_bytes", [MIB, 100_000, 7], ids=["in one frame", "in several frames", "in many"]
)
def test_a_stranger_is_closed_before_it_has_sent_much(desk: Desk, frame_bytes: int) -> None:
    """Frames that never end a message, from someone who has no key."""
    stranger = desk.stranger()
    frame = b"\x03" + frame_bytes.to_bytes(8, "big") + bytes(frame_bytes)
    stranger.setblocking(False)
    rest = frame * (4 * MIB // len(frame))
    with contextlib.suppress(ConnectionError):
        for _ in ticks(10):
            desk.work()
            with contextlib.suppress(BlockingIOError):
                rest = rest[stranger.send(rest) :]
            if not rest:
                break
    assert is_closed(desk, stranger)
    assert desk.most_held <= peer_connection.HELLO_BYTES
    stranger.close()


def test_strangers_beyond_number_give_way_and_keep_nobody_out(desk: Desk) -> None:
    strangers = []
    for _ in range(MOST_STRANGERS + 30):
        strangers.append(desk.stranger())
        desk.work()
    with Dealer(desk.router.endpoint) as dealer:
        assert desk.answers(dealer, b"hello", b"1") == [b"hello", b"1"]
    assert len(desk.router._peers) <= MOST_STRANGERS + 1
    assert is_closed(desk, strangers[0])
    for stranger in strangers:
        stranger.close()


@pytest.mark.parametrize("said", [b"\0\0", b"\x04\x07\x04PING\0\0"], ids=["empty messages", "PING"])
def test_a_stranger_who_says_much_with_few_bytes_is_closed(desk: Desk, said: bytes) -> None:
    with desk.stranger() as stranger:
        stranger.sendall(said * 5000)
        assert is_closed(desk, stranger)


def test_a_friend_may_say_much(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_connection, "MOST_WORDS", 4)
    with Dealer(desk.router.endpoint) as friend:
        for _ in range(8):
            assert desk.answers(friend, b"hello") == [b"hello"]


def test_what_strangers_leave_behind_is_bounded(desk: Desk) -> None:
    """They connect, say something, and are gone before anybody has looked at it."""
    for _ in range(MOST_STRANGERS + 30):
        with desk.stranger() as stranger:
            stranger.sendall(b"\0\0" * 50)
        desk.router.wait(0.01)
    for _ in range(3):
        desk.router.wait(0.01)
    assert len(desk.router._peers) <= MOST_STRANGERS
    assert desk.router.receive() is not None
    with Dealer(desk.router.endpoint) as dealer:
        assert desk.answers(dealer, b"hello") == [b"hello"]


def test_a_stranger_who_stays_silent_is_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_connection, "TRUST_S", 0.3)
    with Dealer(desk.router.endpoint) as friend:
        desk.answers(friend, b"hello")
        with desk.stranger() as stranger:
            assert is_closed(desk, stranger)
        assert friend.is_connected()


def test_who_comes_when_all_connections_are_taken_is_told_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router_socket, "_most_connections", lambda: 2)
    with contextlib.ExitStack() as opened:
        for _ in range(2):
            friend = opened.enter_context(Dealer(desk.router.endpoint))
            assert desk.answers(friend, b"hello") == [b"hello"]
        for _ in range(3):
            late = opened.enter_context(Dealer(desk.router.endpoint))
            with pytest.raises(ConnectionLostError, match=r"refused.*too many connections"):
                desk.answers(late, b"hello")
        assert desk.answers(friend, b"still") == [b"still"]


def test_friends_that_send_at_once_share_the_room(desk: Desk) -> None:
    """Each may send a message of the largest size; both come through, one after the other."""
    large = bytes(7 * MIB)
    with Dealer(desk.router.endpoint) as one, Dealer(desk.router.endpoint) as other:
        for dealer in (one, other):
            desk.answers(dealer, b"hello")
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(_ask, dealer, (b"run", large)) for dealer in (one, other)]
            for _ in ticks(20):
                desk.work()
                if all(one.done() for one in asked):
                    break
            assert [len(result.result(1)[1]) for result in asked] == [7 * MIB, 7 * MIB]
    assert desk.most_held < 2 * 7 * MIB


def test_libzmq_understands_it(desk: Desk) -> None:
    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 0
    dealer.heartbeat_ivl = 50  # PING, which wants its PONG
    dealer.heartbeat_timeout = 2000
    dealer.connect(desk.router.endpoint)
    try:
        dealer.send(b"hello")
        messages = [[b"hello"], [b"", b"x" * 255, b"y" * 256, bytes(5 * MIB)], [b"z"] * 1000]
        for sent in messages:
            if sent != [b"hello"]:
                dealer.send_multipart(sent)
            for _ in ticks(20):
                desk.work()
                if dealer.poll(0):
                    break
            assert dealer.recv_multipart(zmq.NOBLOCK) == sent
    finally:
        dealer.close()
        context.term()
