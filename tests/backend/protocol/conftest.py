"""A real ZeroMQ ROUTER for the pure-Python client to speak to, and peers that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.protocol.transport.zmtp_socket import Dealer

from .answering import MakeBackend, MakeClient
from .samples import KEY
from .transport.routers import EchoRouter, Handler, ScriptedBackend
from .transport.tcp_peers import Peer, TcpPeer
from .transport.transports import LibzmqDealer


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
