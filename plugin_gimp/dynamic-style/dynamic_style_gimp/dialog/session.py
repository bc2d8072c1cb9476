"""What the backend says to the dialog. The worker's thread only rings; everything is done here, on
GIMP's main thread.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .. import VERSION
from ..backend import host_name
from ..plugin.error_actions import Remedy, message_for
from ..plugin.events import (
    Event,
    PacksListed,
    PreviewReady,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
)
from ..plugin.pack_list import filter_packs, recent_first
from ..plugin.saved_settings import load_settings
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, JobCancelledError
from ..protocol.messages import PackEntry
from ..protocol.process.launch import record_path
from .diagnostics import copy_diagnostics
from .widgets.gtk import GLib

if TYPE_CHECKING:
    from .window import DialogWindow

TICK_MS = 200
SLOW_S = 1.5  # a preview that takes longer waits for someone else's job


class DialogEvents:
    """Owns the worker, and the timers through which it is heard."""

    def __init__(self, window: DialogWindow) -> None:
        self._window = window
        self.worker = Worker(host=host_name(), version=VERSION, wake=self._ring)
        self.is_starting = False
        self._state = "idle"
        self._packs: tuple[PackEntry, ...] = ()
        self._error: DynamicStyleError | None = None
        self._failed: RunFailed | None = None
        self._awaits_install = False  # there is no backend; somebody may be installing it now
        self._waiting_since = 0.0
        self._timer = 0
        self._is_stopped = False

    def start(self) -> None:
        """Look for the backend and its packs."""
        self._timer = GLib.timeout_add(TICK_MS, self._tick)
        self.is_starting = True
        self.list_packs()

    def stop(self) -> None:
        self._is_stopped = True
        if self._timer:
            GLib.source_remove(self._timer)
        self.worker.close(timeout_s=0.3)

    @property
    def is_slow(self) -> bool:
        """Whether the user has been waiting for a preview longer than it can take."""
        is_waiting = self._waiting_since > 0
        return is_waiting and time.monotonic() - self._waiting_since > SLOW_S

    def list_packs(self) -> None:
        self.worker.list_packs()

    def retry(self, remedy: Remedy) -> None:
        """What the button of an error promises."""
        failed = self._failed
        if remedy.kind in ("start", "restart"):
            self.is_starting = True
            self.worker.restart()
            self.list_packs()
        elif failed is not None and failed.asked == "run":
            self._window.start_run()
        elif failed is not None and failed.asked == "preview":
            self._window.show_preview()
        else:
            self.list_packs()
        self._window.update_status()

    def copy_diagnostics(self) -> None:
        copy_diagnostics(self.worker, state=self._state, error=self._error, packs=self._packs)

    # -- in the worker's thread ------------------------------------------------------------------

    def _ring(self) -> None:
        GLib.idle_add(self._drain, priority=GLib.PRIORITY_DEFAULT)

    # -- in the main thread ----------------------------------------------------------------------

    def _tick(self) -> bool:
        if not self._window.flow.is_waiting:
            self._waiting_since = 0.0
        elif not self._waiting_since:
            self._waiting_since = time.monotonic()
        if self.is_slow:
            self._window.update_status()
        if self._awaits_install and record_path().exists():
            self._awaits_install = False
            self.retry(Remedy("retry", ""))
        return True

    def _drain(self) -> bool:
        if not self._is_stopped:
            for event in self.worker.drain():
                self._take(event)
        return False

    def _take(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._state = f"{event.state} {event.text}".strip()
            self.is_starting = event.state == "starting"
        elif isinstance(event, PacksListed):
            self._take_packs(event)
        elif isinstance(event, PreviewReady):
            self._take_preview(event)
        elif isinstance(event, RunProgress):
            self._take_progress(event)
        elif isinstance(event, RunFinished):
            self._take_result(event)
        elif isinstance(event, RunFailed):
            self._take_failure(event)
        self._window.update_status()

    def _take_packs(self, event: PacksListed) -> None:
        self.is_starting = False
        packs = filter_packs(event.packs, task=self._window.task)
        self._packs = tuple(recent_first(packs, load_settings().recent_packs))
        self._window.notice.hide()
        self._window.show_packs(self._packs, event.broken)
        self._window.show_preview()

    def _take_preview(self, event: PreviewReady) -> None:
        self._waiting_since = 0.0
        pixels = self._window.flow.take(event.ticket, event.result)
        if pixels is None:
            return
        if self._error is not None:
            self._error = None
            self._window.notice.hide()
        self._window.view.set_after(pixels)
        if not self._window.flow.is_waiting and not self._window.flow.is_final:
            self._window.refine_soon()

    def _take_progress(self, event: RunProgress) -> None:
        run = self._window.full_run
        if run is not None and run.owns(event.ticket):
            step = run.step(event)
            self._window.progress.show(step.fraction, eta_s=step.eta_s, stage=step.stage)

    def _take_result(self, event: RunFinished) -> None:
        run = self._window.full_run
        if run is None or not run.owns(event.ticket):
            return
        run.take(event)
        if run.is_done:
            self._window.finish_run(run)
            return
        try:
            run.start_next()
        except DynamicStyleError as error:
            self._window.end_run()
            self._window.notice.show_error(message_for(error), Remedy("none", ""))

    def _take_failure(self, event: RunFailed) -> None:
        self.is_starting = False
        self._error, self._failed = event.error, event
        self._awaits_install = not record_path().exists()
        self._window.chooser.say("")  # the notice says why there are none
        if event.asked == "preview":
            self._window.flow.fail(event.ticket)
        elif event.asked == "run":
            self._window.end_run()
        if isinstance(event.error, JobCancelledError):
            self._error = None
            self._window.notice.show_hint(tr("Stopped. The image was not changed."))
            self._window.show_preview()
        else:
            self._window.notice.show_error(message_for(event.error), event.remedy)
