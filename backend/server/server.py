"""The backend's loop: frames to requests, requests to whoever answers them, replies to frames.

The wire is described in protocol/PROTOCOL.md. This thread alone touches the socket; it computes
nothing, so that hello, cancel and stats are answered at once while a net runs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from ..compute.glibc_malloc import return_freed_memory
from ..protocol.codec import (
    PROTOCOL_VERSION,
    UNKNOWN_ADDRESS,
    Address,
    Opened,
    encode_reply,
    open_request,
    read_request,
)
from ..protocol.errors import BackendError, ProtocolError, ProtocolVersionError, UnsupportedError
from ..protocol.limits import DEFAULT_LIMITS, Limits
from ..protocol.messages import (
    REQUESTS,
    AddCatalog,
    Cancel,
    Done,
    GetPack,
    GetStats,
    Hello,
    InstallPack,
    Lease,
    ListCatalog,
    ListPacks,
    Progress,
    RemovePack,
    Reply,
    Request,
    Run,
    Shutdown,
    Stats,
    VerifyPack,
    Welcome,
)
from ..protocol.pixels import Buffer, byte_length
from ..protocol.process.connection_file import Connection
from ..protocol.replies import failure_of
from ..protocol.runs import RUNS
from ..protocol.signing import ReplayGuard, new_key
from ..protocol.version import VERSION
from .compute_stack import ComputeStack
from .faults import failure_for, patiently
from .pack_requests import PackDesk
from .transport.leases import Leases
from .transport.reply_queue import Answers, ReplyAddress
from .transport.router_socket import Router

TICK_S = 0.25
MOST_AT_ONCE = 64  # messages, before answers get their turn
MOST_AT_ONCE_S = 0.1
CLOSE_S = 10.0  # for the worker threads to end
LOGGED_DROPS = 20  # of refused messages; a flood is not to fill the log
GIVE_BACK_BYTES = 256 << 20  # of messages, after which freed memory goes back to the system
GIVE_BACK_S = 5.0  # once nothing has come for so long
MOST_TROUBLES = 40  # turns of the loop in a row that fail: then the socket is of no use any more

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerSettings:
    """lease_s: what a hello takes. idle_s: how long to stay when nobody holds a lease."""

    lease_s: float = 60.0
    idle_s: float = 300.0
    limits: Limits = DEFAULT_LIMITS


class Server:
    """Listens from its creation on; serve() answers."""

    def __init__(self, stack: ComputeStack, answers: Answers, settings: ServerSettings) -> None:
        self._stack = stack
        self._answers = answers
        self._settings = settings
        self._desk = PackDesk(answers)
        self._web_desk = PackDesk(answers, name="catalogs")  # a slow server is to hold up no list
        self._key = new_key()
        self._guard = ReplayGuard()
        self._leases = Leases(idle_s=settings.idle_s)
        self._router = Router(settings.limits, wakes=answers.wakes)
        self._started_at = time.monotonic()
        self._memory_bytes = 0
        self._measure_memory()
        self._is_stopping = False
        self._dropped = 0
        self._troubles = 0
        self._taken_bytes = 0  # since memory was given back
        self._taken_at = time.monotonic()
        self._received: tuple[bytes, list[Buffer]] | None = None  # not opened yet
        self._unsent: tuple[ReplyAddress, Reply] | None = None  # taken off the answers
        self.connection = Connection(
            self._router.endpoint,
            self._key,
            os.getpid(),
            PROTOCOL_VERSION,
            VERSION,
        )

    def serve(self, *, on_end: Callable[[], None] = lambda: None) -> bool:
        """Answer until told to shut down, or until nobody has held a lease for long enough.
        on_end: called first of all then. Whether all threads have ended.
        """
        self._stack.jobs.start()
        self._desk.start()
        self._web_desk.start()
        try:
            while not self._is_stopping:
                self._work_through()
                is_busy = self._desk.is_busy or self._web_desk.is_busy
                if self._stack.jobs.unfinished or is_busy:
                    self._leases.stay_busy()
                    continue
                self._give_back_memory()
                if self._leases.is_over():
                    log.info("nobody needs the backend any more")
                    self._is_stopping = True
        finally:
            on_end()
            with contextlib.suppress(Exception):
                self._work_through()  # what came beside the last request is answered, too
            has_ended = self._stack.jobs.close(timeout_s=CLOSE_S)
            for desk in (self._desk, self._web_desk):
                has_ended = desk.close(timeout_s=CLOSE_S) and has_ended
            self._send_answers()
            self._router.close()
            self._answers.close()
        return has_ended

    def stop(self) -> None:
        """Let serve() end. From any thread, and from a signal handler."""
        self._is_stopping = True
        self._answers.ring()

    def _work_through(self) -> None:
        """All that is waiting, both ways. A turn that fails, as for lack of memory while a net
        runs, loses nothing and is tried again.
        """
        try:
            self._router.wait(TICK_S)
            self._receive_some()
            self._stack.jobs.beat()
            self._send_answers()
            self._forget(self._router.gone())
            self._troubles = 0
        except Exception as error:
            self._troubles += not isinstance(error, MemoryError)
            if self._troubles > MOST_TROUBLES:
                raise
            with contextlib.suppress(Exception):
                log.warning("a turn of the loop failed; trying again", exc_info=error)
            time.sleep(TICK_S)

    def _give_back_memory(self) -> None:
        """After large messages, which the allocator would keep for more of them."""
        if self._taken_bytes > GIVE_BACK_BYTES and time.monotonic() > self._taken_at + GIVE_BACK_S:
            self._taken_bytes = 0
            return_freed_memory()

    def _receive_some(self) -> None:
        end = time.monotonic() + MOST_AT_ONCE_S
        for _ in range(MOST_AT_ONCE):
            if time.monotonic() > end:
                return
            if self._received is None:
                self._received = self._router.receive()
            if self._received is None:
                return
            peer, frames = self._received
            opened = self._open(peer, frames)
            reply_to = None if opened is None else ReplyAddress(peer, opened.address)
            self._taken_bytes += sum(map(byte_length, frames))
            self._taken_at = time.monotonic()
            self._received = None  # not before: what failed for lack of memory is done again
            if opened is not None and reply_to is not None:
                self._router.trust(peer)
                self._take(reply_to, opened)

    def _open(self, peer: bytes, frames: list[Buffer]) -> Opened | None:
        """The message, if it is signed with our key."""
        try:
            return open_request(frames, key=self._key, limits=self._settings.limits)
        except ProtocolVersionError as error:
            self._send(ReplyAddress(peer, UNKNOWN_ADDRESS), failure_of(error))
        except ProtocolError as error:
            self._dropped += 1
            if self._dropped <= LOGGED_DROPS:
                log.warning("dropped a message: %s", error)
        return None

    def _take(self, reply_to: ReplyAddress, opened: Opened) -> None:
        """Answer one request or hand it on, whatever happens."""
        job = None
        try:
            client, number = opened.address.client, opened.address.number
            if opened.type == Hello.type:
                session = self._guard.open(client, number)
                reply_to = ReplyAddress(reply_to.peer, Address(client, session, number))
            else:
                self._guard.take(client, opened.address.session, number)
            if opened.type in RUNS:
                size = sum(entry.length for entry in opened.entries)  # before it is looked through
                self._stack.jobs.check_room(size + self._router.undelivered_bytes())
            request = read_request(opened, limits=self._settings.limits)
            self._leases.extend(client, self._settings.lease_s, peer=reply_to.peer)
            job = request.job if isinstance(request, Run) else None
            self._answer(reply_to, request)
        except Exception as error:
            failure = patiently(failure_for, error, doing=opened.type, job=job)
            patiently(self._answers.put, reply_to, failure)

    def _answer(self, reply_to: ReplyAddress, request: Request) -> None:
        """Answer a request now, or hand it to the thread that will."""
        jobs, client = self._stack.jobs, reply_to.address.client
        match request:
            case Hello():
                log.info("hello from %s, version %s", request.host, request.version)
                self._send(reply_to, self._welcome())
            case _ if isinstance(request, Run):
                undelivered = self._router.undelivered_bytes(reply_to.peer)
                jobs.submit(reply_to, request, undelivered_bytes=undelivered)
            case Cancel():
                jobs.cancel(client, request.job)
                self._send(reply_to, Done())
            case ListPacks() | InstallPack() | RemovePack() | VerifyPack():
                self._desk.submit(reply_to, request)
            case ListCatalog() | AddCatalog() | GetPack():
                self._web_desk.submit(reply_to, request)
            case GetStats():
                self._send(reply_to, self._stats())
            case Lease():
                self._leases.renew(client, request.duration_s, peer=reply_to.peer)
                self._send(reply_to, Done())
            case Shutdown():
                log.info("told to shut down")
                self._send(reply_to, Done())
                self._is_stopping = True
            case _:
                raise UnsupportedError(f"'{request.type}' is not answered by this backend")

    def _welcome(self) -> Welcome:
        return Welcome(
            backend_version=self.connection.backend_version,
            device=self._stack.device,
            limits=self._settings.limits,
            requests=tuple(REQUESTS),
            lease_s=self._settings.lease_s,
            engine=self._stack.engine,
        )

    def _stats(self) -> Stats:
        jobs, cache = self._stack.jobs, self._stack.cache
        return Stats(
            uptime_s=time.monotonic() - self._started_at,
            clients=self._leases.active(),
            running=jobs.running,
            queued=jobs.queued,
            finished=jobs.finished,
            failed=jobs.failed,
            cache_hits=cache.hits,
            cache_misses=cache.misses,
            cache_bytes=cache.bytes,
            memory_bytes=self._measure_memory(),
            loaded_packs=self._stack.packs.ids(),
            timings=jobs.mean_timings(),
        )

    def _measure_memory(self) -> int:
        """Resident, in bytes; the last number while the process may open no more files."""
        with contextlib.suppress(OSError, psutil.Error):
            self._memory_bytes = int(psutil.Process().memory_info().rss)
        return self._memory_bytes

    def _send_answers(self) -> None:
        self._answers.hush()
        while True:
            if self._unsent is None:
                self._unsent = self._answers.take()
            if self._unsent is None:
                return
            reply_to, reply = self._unsent
            if not isinstance(reply, Progress) or not self._router.is_behind(reply_to.peer):
                self._send(reply_to, reply)
            self._unsent = None

    def _send(self, reply_to: ReplyAddress, reply: Reply) -> None:
        try:
            frames = encode_reply(
                reply, reply_to.address, key=self._key, limits=self._settings.limits
            )
        except ProtocolError as error:
            log.exception("%s cannot be sent", reply.type)
            fault = BackendError(f"the answer cannot be sent: {error}")
            frames = encode_reply(failure_of(fault), reply_to.address, key=self._key)
        if not self._router.send(reply_to.peer, frames):
            self._forget([reply_to.peer])

    def _forget(self, gone: Iterable[bytes]) -> None:
        """End the jobs and leases of connections that are gone."""
        for peer in gone:
            self._stack.jobs.cancel_peer(peer)
            self._leases.forget_peer(peer)
