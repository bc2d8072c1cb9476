"""ROUTER sockets of libzmq in threads of their own: one that echoes, one that answers requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

import zmq

from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import DynamicStyleError, ProtocolError
from dynamic_style.backend.protocol.limits import DEFAULT_LIMITS, Limits
from dynamic_style.backend.protocol.messages import (
    REQUESTS,
    Cancel,
    Failure,
    Hello,
    Reply,
    Request,
    StylizeRun,
    Welcome,
)
from dynamic_style.backend.protocol.pixels import Buffer
from dynamic_style.backend.protocol.replies import failure_of
from dynamic_style.backend.protocol.signing import ReplayGuard

from ..samples import KEY, engine

POLL_MS = 10


class Router:
    """Calls answer(frames) for every message, identity left out, and sends what it yields.

    heartbeat_ms: let libzmq PING its peers that often, and drop those that do not answer.
    """

    def __init__(self, *, port: int = 0, heartbeat_ms: int = 0) -> None:
        self.received: list[list[bytes]] = []
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        if heartbeat_ms:
            self._socket.heartbeat_ivl = heartbeat_ms
            self._socket.heartbeat_timeout = 3 * heartbeat_ms
        self._socket.bind(f"tcp://127.0.0.1:{port or '*'}")
        self.endpoint = self._socket.last_endpoint.decode()
        self.port = int(self.endpoint.rpartition(":")[2])
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> Router:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._is_closing.set()
        self._thread.join(10)
        self._context.destroy(linger=0)

    def answer(self, frames: list[bytes]) -> Iterable[Sequence[Buffer]]:
        raise NotImplementedError

    def _serve(self) -> None:
        while not self._is_closing.is_set():
            if self._socket.poll(POLL_MS):
                identity, *frames = self._socket.recv_multipart()
                self.received.append(frames)
                for reply in self.answer(frames):
                    self._socket.send_multipart([identity, *reply])


class EchoRouter(Router):
    def __enter__(self) -> EchoRouter:
        return self

    def answer(self, frames: list[bytes]) -> Iterable[Sequence[Buffer]]:
        yield frames


Handler = Callable[[Request], Iterable[Reply]]


class ScriptedBackend(Router):
    """Answers as a backend would, with what handler(request) yields; hello it answers itself. A
    Failure that is yielded for a Cancel goes to the run that it ends.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        key: bytes = KEY,
        port: int = 0,
        heartbeat_ms: int = 0,
        requests: tuple[str, ...] = tuple(REQUESTS),
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.requests: list[Request] = []
        self.dropped: list[ProtocolError] = []
        self.guard = ReplayGuard()
        self._runs: dict[str, codec.Address] = {}
        self._handler = handler
        self._key = key
        self._welcome = Welcome("0.1.0", "cpu", limits, requests, 60.0, engine())
        super().__init__(port=port, heartbeat_ms=heartbeat_ms)

    def __enter__(self) -> ScriptedBackend:
        return self

    def requests_of(self, kind: type[Request]) -> list[Request]:
        return [request for request in self.requests if isinstance(request, kind)]

    def answer(self, frames: list[bytes]) -> Iterable[Sequence[Buffer]]:
        try:
            opened = codec.open_request(frames, key=self._key)
        except ProtocolError as error:
            self.dropped.append(error)
            return
        address = opened.address
        try:
            if opened.type == Hello.type:
                session = self.guard.open(address.client, address.number)
                address = codec.Address(address.client, session, address.number)
            else:
                self.guard.take(address.client, address.session, address.number)
            request = codec.read_request(opened)
            self.requests.append(request)
            if isinstance(request, Hello):
                yield codec.encode_reply(self._welcome, address, key=self._key)
                return
            if isinstance(request, StylizeRun):
                self._runs[request.job] = address
            for reply in self._handler(request):
                ends_run = isinstance(request, Cancel) and isinstance(reply, Failure)
                to = self._runs[request.job] if ends_run else address
                yield codec.encode_reply(reply, to, key=self._key)
        except DynamicStyleError as error:
            yield codec.encode_reply(failure_of(error), address, key=self._key)
