"""All that a host calls: requests to the backend, each ending in its reply or in a named error.

A Client belongs to one thread, a worker and not the host's user interface; nothing in it is safe
to share. To stop a run from elsewhere, set a flag that should_cancel or is_stale reads: they are
called in the worker's thread, about 20 times a second. Every wait has a deadline, and after any
error the next request works if there is a backend again. A request that reaches a backend which is
just ending is asked once more, of the next one, if the client knows how to find that.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TypeVar

from ..errors import ConnectionLostError, JobCancelledError, MalformedError, SessionError
from ..messages import (
    AddCatalog,
    Cancel,
    Catalog,
    CompleteRun,
    Done,
    GenerateRun,
    GetPack,
    GetStats,
    Hello,
    InstallPack,
    Lease,
    ListCatalog,
    ListPacks,
    PackEntry,
    PackInstalled,
    Packs,
    Progress,
    RemovePack,
    Reply,
    Request,
    Result,
    Run,
    Shutdown,
    Stats,
    StylizeRun,
    VerifyPack,
    Welcome,
)
from ..transport.channel import Channel, Transport
from ..transport.zmtp_socket import Dealer
from .connection_file import Connection

ANSWER_TIMEOUT_S = 10.0
PACK_TIMEOUT_S = 120.0  # copying and checking a pack's files, on a slow disk
WEB_TIMEOUT_S = 660.0  # what the backend fetches, it fetches within ten minutes
SILENCE_S = 20.0  # of an unfinished job; PROTOCOL.md: the backend says something every 2 s

_ENDED = (ConnectionLostError, JobCancelledError, SessionError)  # what an ending backend causes
# These change nothing.
_REPEATABLE = (ListPacks, GetStats, VerifyPack, StylizeRun, CompleteRun, GenerateRun)

_R = TypeVar("_R", bound=Reply)


def connect(connection: Connection, *, host: str, version: str) -> Client:
    """A client of the backend that wrote this connection file; it connects at its first request.
    Whether they speak the same version is told by the answer: the file may be a dead one's.
    """
    return Client(Dealer(connection.endpoint), key=connection.key, host=host, version=version)


class Client:
    """host and version: who calls, such as "krita 5.2.9" and the plugin's version.

    find_again: finds or starts the next backend once this one has ended; None: errors are raised.
    languages: that the user wants packs' texts in, best first.
    """

    def __init__(self, transport: Transport, *, key: bytes, host: str, version: str) -> None:
        self.find_again: Callable[[], Client] | None = None
        self.languages: tuple[str, ...] = ()
        self._channel = Channel(transport, key=key, hello=Hello(host, version))
        self._taken_back = ""  # the job

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def welcome(self) -> Welcome:
        """Of the last hello. Raises SessionError before the first."""
        if self._channel.welcome is None:
            raise SessionError("the backend has not been greeted yet; say hello first")
        return self._channel.welcome

    def hello(self, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Welcome:
        """Open a session and learn what the backend is. Other requests do so by themselves."""
        return self._channel.open(timeout_s)

    def packs(self, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Packs:
        return self._ask(ListPacks(self.languages), Packs, timeout_s)

    def run(
        self,
        request: Run,
        *,
        should_cancel: Callable[[], bool] = lambda: False,
        silence_s: float = SILENCE_S,
    ) -> Iterator[Progress | Result]:
        """Run a job: any number of Progress, then one Result; or the error that ended it.
        Nothing is sent before the first event is asked for.

        Once should_cancel says so the job is taken back, which raises JobCancelledError unless
        the result was on its way. Leaving the loop early takes it back, too. Raises
        ProtocolTimeoutError after silence_s without a word from the backend.
        """
        is_cancelled = False
        with closing(self._job(request, silence_s)) as events:
            for event in events:
                if event is not None:
                    yield event
                if not is_cancelled and not isinstance(event, Result) and should_cancel():
                    is_cancelled = True
                    self._taken_back = request.job
                    self._channel.post(Cancel(request.job))

    def preview(
        self,
        request: Run,
        *,
        is_stale: Callable[[], bool] = lambda: False,
        silence_s: float = SILENCE_S,
    ) -> Result | None:
        """Run a preview and wait for it; None as soon as is_stale says that nobody wants it any
        more. request.preview_stream must be set. Errors as in run().
        """
        if request.preview_stream is None:
            raise MalformedError("preview: the request has no preview_stream; name one")
        with closing(self._job(request, silence_s)) as events:
            for event in events:
                if isinstance(event, Result):
                    return event
                if is_stale():
                    break
        return None

    def cancel(self, job: str, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        """Take back a job of this client, between two events of its run()."""
        self._taken_back = job
        self._ask(Cancel(job), Done, timeout_s)

    def install_pack(
        self, path: str, *, replace: bool = False, timeout_s: float = PACK_TIMEOUT_S
    ) -> PackEntry:
        request = InstallPack(path, replace, self.languages)
        return self._ask(request, PackInstalled, timeout_s).pack

    def remove_pack(self, pack: str, *, timeout_s: float = PACK_TIMEOUT_S) -> None:
        self._ask(RemovePack(pack), Done, timeout_s)

    def verify_pack(self, pack: str, *, timeout_s: float = PACK_TIMEOUT_S) -> None:
        """Return if the pack is sound; raise the PackError that says what is wrong with it."""
        self._ask(VerifyPack(pack), Done, timeout_s)

    def catalog(self, *, timeout_s: float = WEB_TIMEOUT_S) -> Catalog:
        return self._ask(ListCatalog(), Catalog, timeout_s)

    def add_catalog(self, url: str, key: str = "", *, timeout_s: float = WEB_TIMEOUT_S) -> Catalog:
        return self._ask(AddCatalog(url, key), Catalog, timeout_s)

    def get_pack(
        self, pack: str, *, replace: bool = False, timeout_s: float = WEB_TIMEOUT_S
    ) -> PackEntry:
        request = GetPack(pack, replace, self.languages)
        return self._ask(request, PackInstalled, timeout_s).pack

    def stats(self, *, timeout_s: float = ANSWER_TIMEOUT_S) -> Stats:
        return self._ask(GetStats(), Stats, timeout_s)

    def keep_alive(self, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        """Renew the lease. A worker that waits for work calls this every third of the welcome's
        lease_s, which keeps the backend and the connection.
        """
        welcome = self._channel.welcome
        if welcome is None or not self._channel.is_open:
            self._channel.open(timeout_s)  # a hello takes a lease
        else:
            self._ask(Lease(welcome.lease_s), Done, timeout_s)

    def shutdown(self, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        """End the backend, for all its clients."""
        self._ask(Shutdown(), Done, timeout_s)

    def close(self) -> None:
        """Give the lease back, without waiting for an answer, and close the connection."""
        self._channel.post(Lease(0.0))
        self._channel.close()

    def _ask(self, request: Request, reply_type: type[_R], timeout_s: float) -> _R:
        with closing(self._replies(request, timeout_s)) as replies:
            for reply in replies:
                if isinstance(reply, reply_type):
                    return reply
                if reply is not None:
                    raise _wrong_answer(request, reply)
        raise AssertionError("replies() ended without a final reply")

    def _job(
        self, request: Run, silence_s: float
    ) -> Generator[Progress | Result | None, None, None]:
        """A run's events, and None at every tick between them. Cancels what nobody awaits."""
        is_unfinished = True
        with closing(self._replies(request, silence_s)) as replies:
            try:
                for reply in replies:
                    if reply is not None and not isinstance(reply, Progress | Result):
                        raise _wrong_answer(request, reply)
                    if isinstance(reply, Result):
                        _check_result(request, reply)
                        is_unfinished = False
                    yield reply
            except GeneratorExit:
                if is_unfinished:
                    self._channel.post(Cancel(request.job))
                raise

    def _replies(self, request: Request, silence_s: float) -> Generator[Reply | None, None, None]:
        """A request's replies, and None between them: of the next backend, if this one ends before
        it has begun with the request.
        """
        has_begun = False
        try:
            with closing(self._channel.replies(request, silence_s=silence_s)) as replies:
                for reply in replies:
                    has_begun |= isinstance(reply, Progress) and reply.stage != "waiting"
                    yield reply
            return
        except _ENDED:
            is_taken_back = isinstance(request, Run) and request.job == self._taken_back
            if has_begun or is_taken_back or not isinstance(request, _REPEATABLE):
                raise
            if self.find_again is None:
                raise
        self._channel.close()
        self._channel = self.find_again()._channel
        with closing(self._channel.replies(request, silence_s=silence_s)) as replies:
            yield from replies


def _check_result(request: Run, result: Result) -> None:
    if result.job != request.job or not result.pixels.has_format_of(request.pixels):
        raise MalformedError(
            f"the backend's result is not described as the picture of job '{request.job}'; update "
            "the backend"
        )


def _wrong_answer(request: Request, reply: Reply) -> MalformedError:
    return MalformedError(f"the backend answered {request.type} with {reply.type}; update it")
