"""A real ZeroMQ ROUTER for the pure-Python client to speak to, and peers that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .routers import EchoRouter
from .tcp_peers import Peer, TcpPeer


@pytest.fixture
def echo_router() -> Iterator[EchoRouter]:
    """libzmq's ROUTER, which sends every message back to where it came from."""
    with EchoRouter() as router:
        yield router


@pytest.fixture
def tcp_peer() -> Iterator[Callable[[Peer], str]]:
    """Start a TCP server that treats its connections as told; gives its endpoint."""
    peers: list[TcpPeer] = []

    def start(peer: Peer) -> str:
        peers.append(TcpPeer(peer))
        return peers[-1].endpoint

    yield start
    for peer in peers:
        peer.close()
