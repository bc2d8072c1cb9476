"""The transports that a Client can have: the pure-Python DEALER, and libzmq's."""

from __future__ import annotations

from collections.abc import Sequence

import zmq

from dynamic_style.backend.protocol.errors import ConnectionLostError, ProtocolTimeoutError
from dynamic_style.backend.protocol.pixels import Buffer


class LibzmqDealer:
    """libzmq reconnects by itself and never says so; it sends to nobody until somebody is there."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None

    def is_connected(self) -> bool:
        return self._socket is not None

    def send(self, frames: Sequence[Buffer], *, timeout_s: float) -> None:
        if self._socket is None:
            self._socket = self._context.socket(zmq.DEALER)
            self._socket.linger = 500
            self._socket.connect(self._endpoint)
        self._socket.sndtimeo = int(timeout_s * 1000)
        try:
            self._socket.send_multipart(frames)
        except zmq.Again as error:
            raise ProtocolTimeoutError("nobody took the message") from error

    def receive(self, *, timeout_s: float) -> list[Buffer]:
        if self._socket is None:
            raise ConnectionLostError("not connected")
        if not self._socket.poll(int(timeout_s * 1000)):
            raise ProtocolTimeoutError("no message")
        return list(self._socket.recv_multipart())

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def end(self) -> None:
        """Close for good."""
        self.close()
        self._context.term()
