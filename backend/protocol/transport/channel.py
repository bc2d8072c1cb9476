"""Requests and their replies over a transport: sessions, numbers, deadlines, what nobody awaits.

The layer between Client, which knows what requests mean, and a transport, which carries frames.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Generator, Sequence
from typing import Protocol

from ..codec import NO_SESSION, Address, encode_request, open_reply, read_reply
from ..deadline import Deadline
from ..errors import (
    MalformedError,
    ProtocolError,
    ProtocolTimeoutError,
    SessionError,
    UnsupportedError,
    error_class,
)
from ..limits import DEFAULT_LIMITS
from ..messages import (
    Cancel,
    Failure,
    Hello,
    Progress,
    Reply,
    Request,
    Run,
    Welcome,
)
from ..pixels import Buffer
from ..signing import new_id

_TICK_S = 0.05
_POST_TIMEOUT_S = 0.5


class Transport(Protocol):
    """What carries frames: zmtp.Dealer, or a ZeroMQ library's DEALER behind the same methods."""

    def is_connected(self) -> bool:
        """False if the next send() makes a new connection, so that the peer may be another."""

    def send(self, frames: Sequence[Buffer], *, timeout_s: float) -> None:
        """Raises ConnectionLostError or ProtocolTimeoutError."""

    def receive(self, *, timeout_s: float) -> Sequence[Buffer]:
        """Raises ConnectionLostError or ProtocolTimeoutError; one may wait on after the latter."""

    def close(self) -> None:
        """Drop the connection; a later send() makes a new one."""


class Channel:
    """One client's side of the conversation. For one thread."""

    def __init__(self, transport: Transport, *, key: bytes, hello: Hello) -> None:
        self.welcome: Welcome | None = None  # of the last hello
        self._transport = transport
        self._key = key
        self._hello = hello
        self._client = new_id()
        self._number = 0
        self._session = NO_SESSION
        self._awaited: dict[int, deque[Reply]] = {}

    @property
    def is_open(self) -> bool:
        """Whether there is a session on a connection that has not been lost."""
        return bool(self._session) and self._transport.is_connected()

    def open(self, timeout_s: float) -> Welcome:
        """Say hello. Nothing else is sent on a connection before its peer has shown, by signing
        the welcome, that it has the key. Raises ProtocolError.
        """
        deadline = Deadline(timeout_s)
        self._session = NO_SESSION
        number = self._send(self._hello, deadline)
        try:
            while (reply := self._next(number)) is None:
                if deadline.is_over:
                    raise self._given_up(self._hello, deadline)
        finally:
            self._awaited.pop(number, None)
        if isinstance(reply, Failure):
            raise error_class(reply.code)(reply.message)
        if not isinstance(reply, Welcome) or not self._session:
            raise MalformedError(f"the backend answered hello with {reply.type}; update it")
        self.welcome = reply
        return reply

    def replies(self, request: Request, *, silence_s: float) -> Generator[Reply | None, None, None]:
        """Send a request, in a new session if need be; yield its replies up to the final one, and
        None about 20 times a second while there are none.

        A Failure is raised as the error it names. Raises ProtocolTimeoutError after silence_s
        without a reply, and other ProtocolErrors.
        """
        deadline = Deadline(silence_s)
        number = self._send_in_session(request, deadline)
        may_repeat = True
        try:
            while True:
                reply = self._next(number)
                if reply is None:
                    if deadline.is_over:
                        raise self._given_up(request, deadline)
                    yield None
                elif isinstance(reply, Failure) and reply.code == SessionError.code and may_repeat:
                    may_repeat = False  # the backend did not take it, so it may come once more
                    del self._awaited[number]
                    self._session = NO_SESSION
                    number = self._send_in_session(request, deadline)
                elif isinstance(reply, Failure):
                    raise error_class(reply.code)(reply.message)
                else:
                    deadline = Deadline(silence_s)
                    yield reply
                    if not isinstance(reply, Progress):
                        return
        finally:
            self._awaited.pop(number, None)

    def post(self, request: Request) -> None:
        """Send a request whose answer nobody awaits, if there is a session right now."""
        if self.is_open:
            with contextlib.suppress(ProtocolError):
                self._awaited.pop(self._send(request, Deadline(_POST_TIMEOUT_S)))

    def close(self) -> None:
        """Drop the session and the connection; the next request opens new ones."""
        self._session = NO_SESSION
        self._transport.close()

    def _send_in_session(self, request: Request, deadline: Deadline) -> int:
        welcome = self.welcome
        if not self.is_open or welcome is None:
            welcome = self.open(deadline.remaining_s())
        if request.type not in welcome.requests:
            raise UnsupportedError(
                f"the backend {welcome.backend_version} does not know '{request.type}'; "
                "update the backend"
            )
        return self._send(request, deadline)

    def _send(self, request: Request, deadline: Deadline) -> int:
        """Send a request as it is; its number, under which replies are kept from now on."""
        self._number += 1
        address = Address(self._client, self._session, self._number)
        limits = DEFAULT_LIMITS if self.welcome is None else self.welcome.limits
        frames = encode_request(request, address, key=self._key, limits=limits)
        try:
            self._transport.send(frames, timeout_s=deadline.remaining_s())
        except ProtocolError:
            self.close()
            raise
        self._awaited[self._number] = deque()
        return self._number

    def _next(self, number: int) -> Reply | None:
        """The next reply to a request; None if none came within a tick."""
        deadline = Deadline(_TICK_S)
        while not self._awaited[number]:
            try:
                frames = self._transport.receive(timeout_s=deadline.remaining_s())
                opened = open_reply(frames, key=self._key)
            except ProtocolTimeoutError:
                return None
            except ProtocolError:
                self.close()
                raise
            inbox = self._awaited.get(opened.address.number)
            if opened.address.client != self._client or inbox is None:
                continue  # the answer to something that nobody awaits any more
            reply = read_reply(opened)
            if isinstance(reply, Welcome):
                self._session = opened.address.session
            inbox.append(reply)
        return self._awaited[number].popleft()

    def _given_up(self, request: Request, deadline: Deadline) -> ProtocolTimeoutError:
        """Take back what the backend may still do, and leave the connection to late answers."""
        if isinstance(request, Run):
            self.post(Cancel(request.job))
        self.close()
        return deadline.error(f"no answer to {request.type} from the backend")
