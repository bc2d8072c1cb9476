"""The thread between a host's user interface and the backend.

Calls return at once, with a ticket; what becomes of them is fetched with drain(), from a timer in
the user interface's thread. The thread ends with its process, or at close().
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol.errors import (
    BackendError,
    ConnectionLostError,
    DynamicStyleError,
    JobCancelledError,
    JobSupersededError,
    MalformedError,
    ProtocolTimeoutError,
    SessionError,
    SignatureError,
)
from ..protocol.messages import Progress, Result, Run, Welcome
from ..protocol.process.client import Client
from .backend_session import IDLE_S, BackendLink
from .errors.error_actions import remedy_for
from .events import (
    Asked,
    BackendState,
    CatalogListed,
    Event,
    PackInstalled,
    PackRemoved,
    PacksListed,
    PreviewReady,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
    StatsReady,
)
from .translations import tr

PAUSE_S = 0.5  # after a fault that was not to be
_LINK_ERRORS = (
    ConnectionLostError,
    MalformedError,
    ProtocolTimeoutError,
    SessionError,
    SignatureError,
)

log = logging.getLogger(__name__)


@dataclass
class _Task:
    asked: Asked
    ticket: int
    request: Run | None = None
    path: str = ""  # or a pack's id, or a catalog's address
    key: str = ""  # of that
    replace: bool = False
    gives_way: bool = False  # a preview, to a newer one
    is_over: bool = field(default=False)  # its last event has been told


class Worker:
    """host and version: who calls, such as "krita 5.2.9" and the plugin's version.

    wake: called after each event, in whichever thread it came up; it must only send a signal.
    interpreter: of the backend; None for the installed record's. idle_s: after so long without a
    request the backend is let go.
    """

    def __init__(
        self,
        *,
        host: str,
        version: str,
        wake: Callable[[], None] | None = None,
        interpreter: Path | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        self._wake = wake
        self._link = BackendLink(
            self._tell_state, host=host, version=version, interpreter=interpreter, idle_s=idle_s
        )
        self._changed = threading.Condition()  # guards everything below
        self._events: deque[Event] = deque()
        self._tasks: deque[_Task] = deque()
        self._preview: _Task | None = None  # the newest one that waits
        self._current: _Task | None = None
        self._is_closing = False
        self._last_ticket = 0
        self._thread: threading.Thread | None = None

    @property
    def welcome(self) -> Welcome | None:
        """What the backend has said of itself, once it has been met."""
        return self._link.welcome

    @property
    def is_busy(self) -> bool:
        """Whether a run is waiting or under way."""
        with self._changed:
            return any(task.asked == "run" for task in self._open_tasks())

    def list_packs(self) -> int:
        """Ends in PacksListed."""
        return self._add(_Task("packs", 0))

    def preview(self, request: Run, *, gives_way: bool = False) -> int:
        """Ends in PreviewReady, or in nothing where a newer one is asked for before it has begun.
        request.preview_stream must be set.

        One that has begun is finished and told, so that a dial that keeps moving shows every
        picture that the machine can make. gives_way: it is broken off for a newer one: for those
        that refine what is shown, and take longer.
        """
        return self._add(_Task("preview", 0, request, gives_way=gives_way))

    def run(self, request: Run) -> int:
        """Ends in RunFinished, after any number of RunProgress. Runs are done in order and before
        previews.
        """
        return self._add(_Task("run", 0, request))

    def install_pack(self, path: str, *, replace: bool = False) -> int:
        """Ends in PackInstalled. path: absolute, of a .dynpack file or a pack's folder."""
        return self._add(_Task("install", 0, path=path, replace=replace))

    def catalog(self) -> int:
        """Ask for what catalogs have; the backend fetches them. Ends in CatalogListed. This and
        get_pack take as long as the web does: a worker of its own keeps previews from waiting.
        """
        return self._add(_Task("catalog", 0))

    def add_catalog(self, url: str, key: str) -> int:
        """Ends in CatalogListed, of all catalogs. key: its publisher's, or empty."""
        return self._add(_Task("add", 0, path=url, key=key))

    def get_pack(self, pack: str, *, replace: bool = False) -> int:
        """Ends in PackInstalled. pack: the id of one that a catalog has."""
        return self._add(_Task("get", 0, path=pack, replace=replace))

    def remove_pack(self, pack: str) -> int:
        """Ends in PackRemoved. pack: its id."""
        return self._add(_Task("remove", 0, path=pack))

    def stats(self) -> int:
        """Ends in StatsReady."""
        return self._add(_Task("stats", 0))

    def restart(self) -> int:
        """End the backend, if it answers, and start it anew. Ends in StateChanged "connected"."""
        return self._add(_Task("restart", 0))

    def cancel(self) -> None:
        """Take back every run and preview. Each run ends at once, in RunFailed with a
        JobCancelledError; the backend stops computing as soon as it can.
        """
        with self._changed:
            runs = [task for task in self._open_tasks() if task.asked == "run"]
            if self._current is not None and self._current.asked == "preview":
                self._current.is_over = True
            self._tasks = deque(task for task in self._tasks if task.asked != "run")
            self._preview = None
            self._changed.notify_all()
        for task in runs:
            self._fail(task, JobCancelledError(tr("cancelled; nothing was changed")))

    def forget_preview(self) -> None:
        """Nobody wants the previews that are waiting or under way."""
        with self._changed:
            self._preview = None
            if self._current is not None and self._current.asked == "preview":
                self._current.is_over = True

    def drain(self) -> list[Event]:
        """Everything that has happened since the last call, oldest first."""
        with self._changed:
            events = list(self._events)
            self._events.clear()
        return events

    def close(self, *, timeout_s: float = 0.0) -> None:
        """Take everything back and end the thread. timeout_s: how long to wait for its end."""
        self.cancel()
        with self._changed:
            self._is_closing = True
            self._tasks.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and timeout_s > 0:
            thread.join(timeout_s)

    # -- in any thread ---------------------------------------------------------------------------

    def _add(self, task: _Task) -> int:
        with self._changed:
            self._last_ticket += 1
            task.ticket = self._last_ticket
            if self._is_closing:
                return task.ticket
            if task.asked == "preview":
                self._preview = task
            elif task.asked == "restart":
                self._tasks.appendleft(task)
            else:
                self._tasks.append(task)
            if self._thread is None:
                thread = threading.Thread(
                    target=self._work, name="dynamic-style-worker", daemon=True
                )
                thread.start()  # may fail; then the next call tries again
                self._thread = thread
            self._changed.notify_all()
        return task.ticket

    def _open_tasks(self) -> list[_Task]:
        current = [] if self._current is None or self._current.is_over else [self._current]
        return [*current, *self._tasks]

    def _end(self, task: _Task, event: Event) -> None:
        """Tell a task's last event, unless it has been told."""
        with self._changed:
            if task.is_over:
                return
            task.is_over = True
            self._events.append(event)
        self._call_wake()

    def _tell_progress(self, task: _Task, told: Progress) -> None:
        with self._changed:
            if task.is_over:
                return
            progress = RunProgress(task.ticket, told.fraction, told.stage, told.eta_s)
            self._events.append(progress)
        self._call_wake()

    def _tell(self, event: Event) -> None:
        with self._changed:
            self._events.append(event)
        self._call_wake()

    def _tell_state(self, state: BackendState, text: str) -> None:
        self._tell(StateChanged(state, text))

    def _fail(self, task: _Task, error: DynamicStyleError, *, is_starting: bool = False) -> None:
        is_about_backend = is_starting or isinstance(error, _LINK_ERRORS)
        is_installed = not is_about_backend or self._link.is_installed
        remedy = remedy_for(
            error,
            is_starting=is_starting,
            is_installed=is_installed,
            is_newest=self._link.has_started_one,
        )
        self._end(task, RunFailed(task.ticket, error, remedy, task.asked))

    def _call_wake(self) -> None:
        if self._wake is not None:
            try:
                self._wake()
            except Exception:  # the timer fetches the event all the same
                log.exception("waking the user interface")

    # -- in the worker's thread ------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            task = None
            try:
                task = self._next_task()
                if task is None:
                    break
                self._do(task)
            except Exception as error:  # a fault of ours must not end the thread
                self._survive(error, task)
            finally:
                with self._changed:
                    self._current = None
        self._link.let_go()

    def _survive(self, error: Exception, task: _Task | None) -> None:
        """Tell a fault, and begin with a new connection."""
        log.exception("%s failed", "the wait" if task is None else task.asked)
        fault = BackendError(f"a fault in the plugin: {_shown(error)}; try again")
        with contextlib.suppress(Exception):  # closing what is broken already
            self._link.lose(fault)
        if task is None:
            time.sleep(PAUSE_S)  # the same may come again at once
        else:
            self._fail(task, fault)

    def _next_task(self) -> _Task | None:
        """Wait for work, renewing the lease meanwhile; None at the end."""
        while True:
            with self._changed:
                if self._is_closing:
                    return None
                if self._tasks:
                    self._current = self._tasks.popleft()
                    return self._current
                if self._preview is not None:
                    self._current, self._preview = self._preview, None
                    return self._current
                self._changed.wait(self._link.renew_after_s())
                has_work = self._is_closing or bool(self._tasks) or self._preview is not None
            due_s = self._link.renew_after_s()
            if not has_work and due_s is not None and due_s <= 0:
                self._link.renew()

    def _do(self, task: _Task) -> None:
        try:
            if task.asked == "restart":
                self._link.restart()
                task.is_over = True
                return
            client = self._link.client()
        except DynamicStyleError as error:
            self._link.lose(error)
            self._fail(task, error, is_starting=True)
            return
        try:
            self._ask(client, task)
            self._link.heard()
        except JobSupersededError as error:
            if task.asked == "run":  # only previews can be replaced
                self._fail(task, error)
        except DynamicStyleError as error:
            if isinstance(error, _LINK_ERRORS):
                self._link.lose(error)
            self._fail(task, error)

    def _ask(self, client: Client, task: _Task) -> None:
        if task.asked == "packs":
            packs = client.packs()
            self._end(task, PacksListed(packs.packs, packs.broken, task.ticket))
        elif task.asked == "install":
            entry = client.install_pack(task.path, replace=task.replace)
            self._end(task, PackInstalled(entry, task.ticket))
        elif task.asked in ("catalog", "add"):
            catalog = client.add_catalog(task.path, task.key) if task.path else client.catalog()
            self._end(task, CatalogListed(catalog, task.ticket))
        elif task.asked == "get":
            entry = client.get_pack(task.path, replace=task.replace)
            self._end(task, PackInstalled(entry, task.ticket))
        elif task.asked == "remove":
            client.remove_pack(task.path)
            self._end(task, PackRemoved(task.path, task.ticket))
        elif task.asked == "stats":
            self._end(task, StatsReady(client.stats(), task.ticket))
        elif task.request is not None and task.asked == "run":
            self._run(client, task, task.request)
        elif task.request is not None:
            self._show(client, task, task.request)

    def _run(self, client: Client, task: _Task, request: Run) -> None:
        if task.is_over:
            return
        # should_cancel is asked about 20 times a second
        for event in client.run(request, should_cancel=lambda: task.is_over):
            if isinstance(event, Progress):
                self._tell_progress(task, event)
            else:
                self._end(task, RunFinished(task.ticket, event))

    def _show(self, client: Client, task: _Task, request: Run) -> None:
        def is_stale() -> bool:
            with self._changed:
                newer, has_work = self._preview, bool(self._tasks) or self._is_closing
            if task.is_over or has_work:
                return True
            if newer is None or newer.request is None:
                return False
            return task.gives_way or newer.request.preview_stream != request.preview_stream

        result: Result | None = client.preview(request, is_stale=is_stale)
        if result is not None:
            self._end(task, PreviewReady(task.ticket, result))


def _shown(error: Exception) -> str:
    try:
        return f"{error!r:.200}"
    except Exception:  # __repr__ is a stranger's code, too
        return type(error).__name__
