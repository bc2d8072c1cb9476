"""The runs that make new styles, for a panel: begun, watched, stopped, gone on with, removed.

As with the worker, calls return at once, and what becomes of them is fetched with drain() from a
timer in the user interface's thread; disks and processes are waited for in a thread of this one's
own. A run belongs to nobody: it goes on when every host is closed, and each host shows it.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...protocol.errors import BackendError, DynamicStyleError, UsageError
from ...protocol.process.launch import read_record
from ..translations import tr
from . import run_process
from .run_folder import (
    PAINTING_NAME,
    RunNote,
    dismiss,
    free_folder,
    list_notes,
    write_note,
)
from .run_state import StyleRun, look_at
from .style_request import Painting, StyleRequest, check_painting, check_request

LOOK_S = 1.0
REST_S = 10.0  # while nothing is at work; another host may start something

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunsSeen:
    """All runs that are not dismissed, the one started last first."""

    runs: tuple[StyleRun, ...]


@dataclass(frozen=True)
class RunBegun:
    """It is started, or goes on."""

    folder: Path


@dataclass(frozen=True)
class StyleFailed:
    """What was asked for cannot be done; nothing was started or changed."""

    error: DynamicStyleError


StyleEvent = RunsSeen | RunBegun | StyleFailed


class StyleRuns:
    """interpreter: that trains; None for the installed record's. look_s: how often runs that are
    at work are looked at.
    """

    def __init__(self, *, interpreter: Path | None = None, look_s: float = LOOK_S) -> None:
        self._interpreter = interpreter
        self._look_s = look_s
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._events: deque[StyleEvent] = deque()
        self._seen: tuple[StyleRun, ...] | None = None
        self._thread: threading.Thread | None = None

    def watch(self) -> None:
        """Begin to tell of the runs there are."""
        self._call(lambda: None)

    def begin(self, request: StyleRequest, painting: Painting) -> None:
        """Start a new run. Ends in RunBegun or StyleFailed."""
        self._call(partial(self._begin, request, painting))

    def go_on(self, run: StyleRun) -> None:
        """Start a run anew where it was. Ends in RunBegun or StyleFailed."""
        self._call(partial(self._go_on, run))

    def cancel(self, run: StyleRun) -> None:
        """Stop a run; it can be gone on with."""
        self._call(partial(run_process.cancel, run))

    def remove(self, run: StyleRun) -> None:
        """Delete a run that is not at work, and what it has learnt; its pack stays installed."""
        self._call(partial(self._remove, run))

    def dismiss(self, run: StyleRun) -> None:
        """Show it no more; all of it stays."""
        self._call(partial(dismiss, run.folder))

    def drain(self) -> list[StyleEvent]:
        """Everything that has happened since the last call, oldest first."""
        events = []
        with contextlib.suppress(IndexError):
            while True:
                events.append(self._events.popleft())
        return events

    def close(self, *, timeout_s: float = 0.0) -> None:
        """End the thread; runs go on. timeout_s: how long to wait for its end."""
        thread = self._thread
        if thread is not None:
            self._calls.put(None)
            thread.join(timeout_s)

    def _call(self, call: Callable[[], None]) -> None:
        self._calls.put(call)
        if self._thread is None:
            name = "dynamic-style-new-style"
            self._thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._thread.start()

    # -- in the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            is_busy = any(run.is_at_work for run in self._seen or ())
            try:
                call = self._calls.get(timeout=self._look_s if is_busy else REST_S)
            except queue.Empty:
                call = _nothing
            if call is None:
                return
            try:
                call()
                self._look()
            except DynamicStyleError as error:
                self._events.append(StyleFailed(error))
            except Exception as error:  # a fault of ours must not end the thread
                log.exception("a new style")
                text = tr("a fault in the plugin: {error}; try again").format(
                    error=f"{error!r:.200}"
                )
                self._events.append(StyleFailed(BackendError(text)))

    def _look(self) -> None:
        runs = tuple(
            look_at(folder, note) for folder, note in list_notes() if not note.is_dismissed
        )
        if runs != self._seen:
            self._seen = runs
            self._events.append(RunsSeen(runs))

    def _begin(self, request: StyleRequest, painting: Painting) -> None:
        check_request(request)
        check_painting(painting, request.quality)
        title = request.title.strip()
        _refuse_while_busy()
        _refuse_unfinished(title)
        python = self._python()
        folder = free_folder(title)
        note = RunNote(title, str(request.photos), request.quality, request.dials)
        try:
            folder.mkdir(parents=True)
            painting.save(folder / PAINTING_NAME)
            write_note(folder, note)
            run_process.start(python, folder, note)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise BackendError(
                tr("The painting cannot be saved in “{folder}” ({error}).").format(
                    folder=folder, error=error.strerror or error
                )
            ) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._events.append(RunBegun(folder))

    def _go_on(self, run: StyleRun) -> None:
        _refuse_while_busy()
        run_process.start(self._python(), run.folder, run.note)
        self._events.append(RunBegun(run.folder))

    def _remove(self, run: StyleRun) -> None:
        if look_at(run.folder, run.note).is_at_work:
            raise UsageError(
                tr("“{title}” is being made. Cancel it first.").format(title=run.note.title)
            )
        try:
            shutil.rmtree(run.folder)
        except OSError as error:
            raise BackendError(
                tr("“{folder}” cannot be removed ({error}).").format(
                    folder=run.folder, error=error.strerror or error
                )
            ) from error

    def _python(self) -> Path:
        python = self._interpreter or read_record().interpreter
        run_process.check_can_train(python)
        return python


def _nothing() -> None:
    pass


def _refuse_while_busy() -> None:
    for folder, note in list_notes():
        if look_at(folder, note).is_at_work:
            raise UsageError(
                tr(
                    "“{title}” is being made, and two at a time would take twice as long. Wait "
                    "for it, or cancel it; it can go on later."
                ).format(title=note.title)
            )


def _refuse_unfinished(title: str) -> None:
    for folder, note in list_notes():
        if note.title.casefold() == title.casefold() and look_at(folder, note).state != "done":
            raise UsageError(
                tr(
                    "“{title}” was begun and is not finished. Go on with it or remove it in the "
                    "list of new styles, or choose another title."
                ).format(title=note.title)
            )
