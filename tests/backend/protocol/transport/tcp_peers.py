"""TCP servers that are no backend, or a broken one; and a proxy that tears a stream to pieces."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from dynamic_style.backend.protocol.transport.zmtp_frames import GREETING

Peer = Callable[[socket.socket], None]

READY = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"


class TcpPeer:
    """Calls peer(connection) for every connection, each in a thread of its own."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self.endpoint = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads[0].start()

    def close(self) -> None:
        for opened in self._open:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in it
            opened.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(30)
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._peer(connection)


def says(*chunks: bytes) -> Peer:
    """A peer that sends this, whatever it hears, and then keeps silent."""

    def peer(connection: socket.socket) -> None:
        for chunk in chunks:
            connection.sendall(chunk)
        hear_out(connection)

    return peer


def after_handshake(*chunks: bytes) -> Peer:
    """A peer that greets as a ROUTER does, and then sends this."""
    return says(GREETING, command(READY), *chunks)


def command(body: bytes) -> bytes:
    return bytes((4, len(body))) + body


def hear_out(connection: socket.socket) -> bytes:
    heard = b""
    while chunk := connection.recv(1 << 16):
        heard = (heard + chunk)[-(1 << 16) :]
    return heard


def torn(port: int, *, sizes: tuple[int, ...]) -> Peer:
    """A proxy to a port that passes on, both ways, no more bytes at once than the sizes say, in
    turn; after 4000 bytes it passes on all it gets.
    """

    def pump(source: socket.socket, target: socket.socket) -> None:
        count = 0
        turn = 0
        with contextlib.suppress(OSError):
            while chunk := source.recv(sizes[turn % len(sizes)] if count < 4000 else 1 << 20):
                target.sendall(chunk)
                count += len(chunk)
                turn += 1
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def peer(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            for end in (connection, upstream):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=pump, args=(upstream, connection))
            back.start()
            pump(connection, upstream)
            back.join(10)

    return peer
