"""New styles that are being made, for all windows: begun, shown, and told of when they are done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from krita import Krita

from ..layers.kinds import layer_use
from ..layers.painting_reading import read_painting
from ..layers.time_slices import Stepping
from ..plugin.errors.error_actions import message_for
from ..plugin.new_style.run_state import StyleRun
from ..plugin.new_style.run_texts import run_text
from ..plugin.new_style.style_request import Painting, StyleRequest
from ..plugin.new_style.style_runs import RunBegun, RunsSeen, StyleFailed, StyleRuns
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, UsageError
from ..qt import QtCore, Signal
from ..safe_slots import guarded

DRAIN_MS = 200


class StyleMaking(QtCore.QObject):
    """pack_made: called with the id of a pack that has been installed. failed: with what is wrong
    where no dialog waits for it.
    """

    changed = Signal()
    begun = Signal()
    refused = Signal(str)  # instead of begun, with the reason

    def __init__(
        self, *, pack_made: Callable[[str], None], failed: Callable[[DynamicStyleError], None]
    ) -> None:
        super().__init__()
        self.runs = StyleRuns()
        self.shown: StyleRun | None = None  # the one that was started last
        self.is_beginning = False
        self._pack_made = pack_made
        self._failed = failed
        self._cancelled: set[Path] = set()
        self._reading: Stepping | None = None
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._on_drain)

    @property
    def text(self) -> str:
        if self.shown is None:
            return ""
        return run_text(self.shown, is_cancelling=self.is_cancelling)

    @property
    def is_cancelling(self) -> bool:
        run = self.shown
        return run is not None and run.is_at_work and run.folder in self._cancelled

    def watch(self) -> None:
        """Show what is being made; nothing is started."""
        if not self._timer.isActive():
            self._timer.start()
            self.runs.watch()

    def layer_name(self) -> str:
        """Of the layer that would be the painting. Raises UsageError where it cannot be one."""
        document = Krita.instance().activeDocument()
        return layer_use(document, None if document is None else document.activeNode()).name

    def begin(self, request: StyleRequest) -> None:
        """Read the active layer and start. Ends in begun or refused. Raises UsageError."""
        if self.is_beginning:
            raise UsageError(tr("A new style is being started already; wait a moment."))
        document = Krita.instance().activeDocument()
        use = layer_use(document, None if document is None else document.activeNode())
        self.watch()
        self.is_beginning = True

        @guarded
        def start(painting: Painting) -> None:
            self.runs.begin(request, painting)

        self._reading = Stepping(read_painting(document, use), done=start, failed=self._on_failed)

    def cancel(self) -> None:
        """Stop the run that is shown; it can be gone on with."""
        if self.shown is not None and self.shown.is_at_work:
            self._cancelled.add(self.shown.folder)
            self.runs.cancel(self.shown)
            self.changed.emit()

    def go_on(self) -> None:
        if self.shown is not None and not self.shown.is_at_work:
            self._cancelled.discard(self.shown.folder)
            self.runs.go_on(self.shown)

    def remove(self) -> None:
        """Delete the run that is shown, with all that it has learnt."""
        if self.shown is not None:
            self.runs.remove(self.shown)

    def dismiss(self) -> None:
        if self.shown is not None:
            self.runs.dismiss(self.shown)

    def close(self) -> None:
        """Krita ends; what is being made goes on."""
        self._timer.stop()
        if self._reading is not None:
            self._reading.cancel()
        self.runs.close()

    @guarded
    def _on_drain(self) -> None:
        for event in self.runs.drain():
            if isinstance(event, RunsSeen):
                self._show(event.runs)
            elif isinstance(event, RunBegun):
                self._cancelled.discard(event.folder)
                if self.is_beginning:
                    self.is_beginning = False
                    self.begun.emit()
            elif isinstance(event, StyleFailed):
                self._on_failed(event.error)

    def _show(self, runs: tuple[StyleRun, ...]) -> None:
        before, self.shown = self.shown, runs[0] if runs else None
        self.changed.emit()
        run = self.shown
        if before is None or run is None or before.folder != run.folder:
            return
        if before.is_at_work and run.state == "done" and run.pack_id:
            self._pack_made(run.pack_id)

    @guarded
    def _on_failed(self, error: DynamicStyleError) -> None:
        if self.is_beginning:
            self.is_beginning = False
            self.refused.emit(message_for(error))
        else:
            self._failed(error)
