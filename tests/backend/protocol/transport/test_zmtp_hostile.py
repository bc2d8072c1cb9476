"""Peers that are no ZeroMQ, or break off, or lie: each a named error, inside the deadline."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest

from dynamic_style.backend.protocol.errors import (
    ConnectionLostError,
    MalformedError,
    OversizeError,
    ProtocolError,
    ProtocolTimeoutError,
)
from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.transport.zmtp_frames import GREETING
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer

from .tcp_peers import READY, Peer, after_handshake, command, hear_out, says

DEADLINE_S = 0.5
# What a wait may take beyond its deadline. Only a busy machine needs it: nothing here waits longer.
SLACK_S = 5.0
LONG = 1 << 7 | 1

Start = Callable[[Peer], str]


def ask(endpoint: str, *, timeout_s: float = DEADLINE_S) -> list[bytes]:
    """Send a request and wait for the answer, both within the deadline."""
    start = time.monotonic()
    try:
        with Dealer(endpoint) as dealer:
            dealer.send([b"request"], timeout_s=timeout_s)
            return [bytes(frame) for frame in dealer.receive(timeout_s=timeout_s)]
    finally:
        assert time.monotonic() - start < 2 * timeout_s + SLACK_S


def greeting(**parts: bytes) -> bytes:
    whole = bytearray(GREETING)
    for name, part in parts.items():
        at = {"signature": 0, "version": 10, "mechanism": 12}[name]
        whole[at : at + len(part)] = part
    return bytes(whole)


def hang_up(connection: socket.socket) -> None:
    connection.recv(1)


def http_server(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + b" " * 64)


@pytest.mark.parametrize(
    ("peer", "why"),
    [
        (http_server, "does not speak ZeroMQ"),
        (says(os.urandom(9) + bytes(200)), "does not speak ZeroMQ"),
        (says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n" + b"x" * 64), "does not speak ZeroMQ"),
        (hang_up, "closed the connection"),
        (says(greeting(version=b"\x01\x00")), "speaks ZMTP 1"),
        (says(greeting(mechanism=b"CURVE")), "CURVE"),
        (says(greeting(mechanism=b"PLAIN")), "PLAIN"),
        (says(GREETING, command(b"\x05ERROR\x0fgo away, please")), "go away, please"),
        (says(GREETING, command(b"\x05HELLO")), "'HELLO' before READY"),
        (says(GREETING, b"\x00\x05early"), "a message before READY"),
        (
            says(GREETING, command(b"\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB")),
            "PUB.* socket, but no ROUTER",
        ),
        (says(GREETING, command(b"\x05READY")), "socket, but no ROUTER"),
        (after_handshake(command(b"\x05ERROR\x03bye")), "bye"),
    ],
)
def test_a_peer_that_is_no_router_is_named(tcp_peer: Start, peer: Peer, why: str) -> None:
    with pytest.raises(ConnectionLostError, match=why):
        ask(tcp_peer(peer))


@pytest.mark.parametrize(
    ("peer", "why"),
    [
        (says(), "no ZeroMQ greeting"),
        (says(GREETING[:63]), "no ZeroMQ greeting"),
        (says(GREETING), "no ZeroMQ handshake"),
        (says(GREETING, command(b"\x05READY" + bytes(20))[:10]), "no ZeroMQ handshake"),
        (after_handshake(), "no answer"),
        (after_handshake(b"\x01\x05first"), "no rest of the message"),
        (after_handshake(b"\x00"), "no rest of the message"),
        (after_handshake(b"\x00\x05half"), "no rest of the message"),
        (after_handshake(b"\x02" + (200_000).to_bytes(8, "big") + bytes(1000)), "no rest of"),
        (after_handshake(b"\x02" + (1 << 28).to_bytes(8, "big")), "no rest of the message"),
    ],
)
def test_a_peer_that_stalls_costs_no_more_than_the_deadline(
    tcp_peer: Start, peer: Peer, why: str
) -> None:
    with pytest.raises(ProtocolTimeoutError, match=why):
        ask(tcp_peer(peer))


@pytest.mark.parametrize(
    ("peer", "error", "why"),
    [
        (after_handshake(b"\x02" + b"\x80" + bytes(7)), OversizeError, "9223372036854775808 bytes"),
        (after_handshake(b"\x02" + b"\xff" * 8), OversizeError, "18446744073709551615 bytes"),
        (after_handshake(b"\x06" + b"\x80" + bytes(7)), OversizeError, "command of"),
        (after_handshake(b"\x06" + (4097).to_bytes(8, "big")), OversizeError, "command of 4097"),
        (after_handshake(b"\x01\x00" * 1025), OversizeError, "more than 1024 frames"),
        (after_handshake(b"\x08\x00"), MalformedError, "flags 0x08"),
        (after_handshake(bytes((LONG, 0))), MalformedError, "flags 0x81"),
        (after_handshake(b"\x05\x00"), MalformedError, "flags 0x05"),
        (after_handshake(command(b"")), MalformedError, "without a proper name"),
        (after_handshake(command(b"\x00abc")), MalformedError, "without a proper name"),
        (after_handshake(command(b"\x09SHORT")), MalformedError, "without a proper name"),
        (after_handshake(command(b"\x02\xff\xfe")), MalformedError, "without a proper name"),
        (after_handshake(command(b"\x09SUBSCRIBE")), MalformedError, "no command for a DEALER"),
        (after_handshake(command(b"\x04PING\x00")), MalformedError, "PING of 1 bytes"),
        (after_handshake(command(b"\x04PING" + bytes(19))), MalformedError, "PING of 19 bytes"),
        (says(GREETING, command(b"\x05READY\x0bSocket")), MalformedError, "cut short"),
        (says(GREETING, command(b"\x05READY\x01X\xff\xff\xff\xff")), MalformedError, "cut short"),
    ],
)
def test_bytes_that_break_the_rules_end_the_connection(
    tcp_peer: Start, peer: Peer, error: type[ProtocolError], why: str
) -> None:
    with pytest.raises(error, match=why):
        ask(tcp_peer(peer))


def test_no_memory_is_made_for_a_frame_that_is_too_large(tcp_peer: Start) -> None:
    endpoint = tcp_peer(after_handshake(b"\x02" + (768 << 20).to_bytes(8, "big")))
    tracemalloc.start()
    try:
        with pytest.raises(OversizeError):
            ask(endpoint)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_frame_that_is_only_announced_takes_little_memory(tcp_peer: Start) -> None:
    endpoint = tcp_peer(after_handshake(b"\x02" + (512 << 20).to_bytes(8, "big") + bytes(1000)))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolTimeoutError):
            ask(endpoint)
        assert tracemalloc.get_traced_memory()[1] < 70 << 20
    finally:
        tracemalloc.stop()


def test_frames_that_are_too_large_together_are_refused(tcp_peer: Start) -> None:
    endpoint = tcp_peer(after_handshake(b"\x01\x64" + bytes(100) + b"\x00\x01x"))
    with Dealer(endpoint, limits=Limits(frame_bytes=100, total_bytes=100)) as dealer:
        with pytest.raises(OversizeError, match="1 bytes after 100"):
            dealer.send([b"request"], timeout_s=10)  # the frames may come with the handshake
            dealer.receive(timeout_s=10)
        assert not dealer.is_connected()


def test_a_peer_that_never_reads_costs_no_more_than_the_deadline(tcp_peer: Start) -> None:
    def reads_the_handshake_only(connection: socket.socket) -> None:
        connection.sendall(GREETING + command(b"\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
        time.sleep(DEADLINE_S + 1)

    start = time.monotonic()
    with Dealer(tcp_peer(reads_the_handshake_only)) as dealer:
        with pytest.raises(ProtocolTimeoutError, match="did not take the whole message"):
            dealer.send([bytes(64 << 20)], timeout_s=DEADLINE_S)
        assert time.monotonic() - start < DEADLINE_S + SLACK_S
        assert not dealer.is_connected()


def test_a_peer_that_never_stops_pinging_does_not_keep_us(tcp_peer: Start) -> None:
    def ping_on(connection: socket.socket) -> None:
        connection.setblocking(False)
        pings = command(b"\x04PING\x00\x00") * 500
        end = time.monotonic() + DEADLINE_S + 2
        connection.setblocking(True)
        connection.sendall(GREETING + command(b"\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
        while time.monotonic() < end:
            connection.sendall(pings)
            connection.recv(1 << 16)

    with pytest.raises(ProtocolTimeoutError):
        ask(tcp_peer(ping_on))


def test_a_ping_is_answered_with_its_context(tcp_peer: Start) -> None:
    heard: list[bytes] = []

    def ping_then_answer(connection: socket.socket) -> None:
        after = command(b"\x04PING\x00\x32" + b"context of 16 B.") + b"\x00\x06answer"
        connection.sendall(GREETING + command(b"\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
        connection.sendall(after)
        heard.append(hear_out(connection))

    endpoint = tcp_peer(ping_then_answer)
    assert ask(endpoint, timeout_s=10) == [b"answer"]
    end = time.monotonic() + 10
    while not heard and time.monotonic() < end:
        time.sleep(0.01)
    assert command(b"\x04PONGcontext of 16 B.") in heard[0]


def test_a_stalled_message_goes_on_where_it_stopped(tcp_peer: Start) -> None:
    def stall(connection: socket.socket) -> None:
        size = (100_000).to_bytes(8, "big")
        connection.sendall(GREETING + command(b"\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"))
        connection.sendall(b"\x01\x01a\x02" + size + b"b" * 30_000)
        time.sleep(2 * DEADLINE_S)
        connection.sendall(b"b" * 70_000)
        hear_out(connection)

    with Dealer(tcp_peer(stall)) as dealer:
        dealer.send([b"request"], timeout_s=10)
        with pytest.raises(ProtocolTimeoutError, match="no rest of the message"):
            dealer.receive(timeout_s=DEADLINE_S / 2)
        assert dealer.receive(timeout_s=10) == [b"a", b"b" * 100_000]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGPIPE")
def test_a_host_that_does_not_ignore_sigpipe_outlives_a_peer_that_dies(tcp_peer: Start) -> None:
    """Krita is one: a killed backend must be an error there, not the end of Krita."""

    def dies(connection: socket.socket) -> None:
        connection.sendall(GREETING + command(READY))
        connection.recv(1024)

    endpoint = tcp_peer(dies)
    program = f"""
import signal, time
from dynamic_style.backend.protocol.errors import ConnectionLostError
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
with Dealer({endpoint!r}) as dealer:
    try:
        for _ in range(100):
            dealer.send([b"request"], timeout_s=10)
            time.sleep(0.05)
    except ConnectionLostError:
        print("told")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "told\n"), done.stderr


def test_nothing_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionLostError, match=r"nothing listens at .* start the backend"):
        ask(f"tcp://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "endpoint", ["tcp://example.org:80", "tcp://10.0.0.1:80", "tcp://127.0.0.1:65536", "ipc:///x"]
)
def test_only_this_machine_is_ever_connected_to(endpoint: str) -> None:
    with pytest.raises(ConnectionLostError, match="is no endpoint like"):
        Dealer(endpoint)
