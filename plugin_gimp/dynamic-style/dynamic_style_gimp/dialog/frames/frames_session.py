"""What happens in the dialog of Stylize Layers as Frames…: the session decides, the view shows.

As everywhere, the image is touched by nobody before the dialog has closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from gi.repository import Gimp

from ...layers.frame_layers import are_results, chosen_frames, shows_changes_only
from ...layers.frame_wishes import FrameJob, FrameWishes, frame_jobs
from ...layers.placing_frames import FrameResults
from ...layers.presence import check_still_there
from ...plugin.errors.error_actions import Remedy, message_for
from ...plugin.events import (
    Event,
    PacksListed,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
)
from ...plugin.frames.frame_pace import FramePace
from ...plugin.pack_list import filter_packs, pack_by_id, recent_first
from ...plugin.saved_settings import change_settings, load_settings
from ...plugin.tasks.stylize_task import STYLIZE
from ...plugin.translations import tr
from ...protocol.errors import DynamicStyleError, JobCancelledError
from ...protocol.messages import PackEntry
from ..main_thread_worker import MainThreadWorker

_NO_REMEDY = Remedy("none", "")


class FramesView(Protocol):
    def show_packs(self, packs: Sequence[PackEntry], *, chosen: str) -> None: ...
    def show_progress(self, fraction: float | None, text: str) -> None:
        """fraction: 0 to 1; None: nothing runs."""
        ...

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        """While a run is under way, only Cancel and Stop and Keep are possible."""
        ...

    def show_error(self, text: str, remedy: Remedy) -> None: ...
    def show_hint(self, text: str) -> None: ...
    def hide_notice(self) -> None: ...

    def end(self) -> None:
        """The results are there."""
        ...


@dataclass(frozen=True)
class FramesMade:
    """jobs: those of which there are results, and perhaps more."""

    jobs: tuple[FrameJob, ...]
    results: FrameResults
    wishes: FrameWishes


class FramesSession:
    """made: what OK, or Stop and Keep, leaves; None without."""

    def __init__(
        self,
        view: FramesView,
        image: Gimp.Image,
        drawables: Sequence[Gimp.Drawable],
        wishes: FrameWishes,
    ) -> None:
        self.made: FramesMade | None = None
        self._view = view
        self._image = image
        self._drawables = drawables
        self._wishes = wishes
        self._packs: list[PackEntry] = []
        self._heard = MainThreadWorker(self._take)
        self._worker = self._heard.worker
        self._jobs: tuple[FrameJob, ...] = ()  # of a run; none: nothing runs
        self._results: FrameResults | None = None
        self._pace = FramePace(0)
        self._ticket = 0
        self._keeps = False
        self._backend = "idle"
        self._error: DynamicStyleError | None = None

    # -- what the user does ----------------------------------------------------------------------

    def open(self) -> None:
        self._worker.list_packs()
        self._view.set_busy(False, has_pack=False)
        try:
            frames = chosen_frames(self._image, self._drawables, "all")
            if shows_changes_only(frames):
                self._view.show_hint(_changes_only())
            elif are_results(frames):
                self._view.show_hint(_painted_already())
        except DynamicStyleError as error:
            self._show_error(error)

    def close(self) -> None:
        self._heard.stop()
        if self.made is None:
            self._drop()

    def run(self, wishes: FrameWishes) -> None:
        """What cannot be done is said."""
        if self._jobs:
            return
        pack = pack_by_id(self._packs, wishes.pack)
        if pack is None:
            return
        try:
            frames = chosen_frames(self._image, self._drawables, wishes.layers)
            self._jobs = frame_jobs(frames, wishes, pack)
        except DynamicStyleError as error:
            self._show_error(error)
            return
        self._wishes = wishes
        self._keeps = False
        self._results = FrameResults()
        self._pace = FramePace(len(self._jobs))
        self._view.hide_notice()
        self._view.set_busy(True, has_pack=True)
        self._next()

    def keep(self) -> None:
        """Stop, and let what is done be laid into the image."""
        self._keeps = True
        self.cancel()

    def cancel(self) -> bool:
        """Stop a run; whether there was one, so that the dialog stays open."""
        if self._jobs:
            self._worker.cancel()
        return bool(self._jobs)

    def retry(self, remedy: Remedy) -> None:
        """What the button of an error promises."""
        if remedy.kind in ("start", "restart"):
            self._worker.restart()
        self._worker.list_packs()

    def diagnostics(self) -> str:
        return self._heard.diagnostics(state=self._backend, error=self._error, packs=self._packs)

    # -- what the backend says -------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._backend = f"{event.state} {event.text}".strip()
        elif isinstance(event, PacksListed):
            self._take_packs(event)
        elif isinstance(event, RunProgress) and event.ticket == self._ticket:
            self._show_progress(event.fraction)
        elif isinstance(event, RunFinished) and event.ticket == self._ticket:
            self._take_result(event)
        elif isinstance(event, RunFailed):
            self._take_failure(event)

    def _take_packs(self, event: PacksListed) -> None:
        packs = filter_packs(event.packs, task=STYLIZE.id)
        self._packs = recent_first(packs, load_settings().recent_packs)
        wanted = pack_by_id(self._packs, self._wishes.pack)
        first = wanted or next(iter(self._packs), None)
        self._view.show_packs(self._packs, chosen="" if first is None else first.id)
        if first is None:
            self._view.show_error(STYLIZE.words().none_installed, _NO_REMEDY)
        self._view.set_busy(bool(self._jobs), has_pack=first is not None)

    def _take_result(self, event: RunFinished) -> None:
        results = self._results
        if results is None:
            return
        try:
            results.add(bytes(event.result.pixels.data))
        except DynamicStyleError as error:
            self._fail(error)
            return
        self._pace.mark()
        if len(results) == len(self._jobs):
            self._end()
        else:
            self._next()

    def _take_failure(self, event: RunFailed) -> None:
        self._error = event.error
        if event.asked != "run":
            self._view.show_error(message_for(event.error), event.remedy)
        elif self._jobs and isinstance(event.error, JobCancelledError):
            if self._keeps and self._results:
                self._end()
                return
            self._drop()
            self._view.show_hint(tr("Stopped. The image was not changed."))
        elif self._jobs:
            self._fail(event.error, event.remedy)

    # -- a run -----------------------------------------------------------------------------------

    def _next(self) -> None:
        job = self._jobs[self._pace.done]
        self._show_progress(0.0)
        try:
            check_still_there([job.frame.source])
            self._ticket = self._worker.run(job.frame.source.request(job.recipe))
        except DynamicStyleError as error:
            self._fail(error)

    def _end(self) -> None:
        assert self._results is not None
        self.made = FramesMade(self._jobs, self._results, self._wishes)
        # as Stylize… may repeat it
        recipe = replace(self._jobs[0].recipe, target="new_layer", frames=None)
        change_settings(lambda kept: kept.with_run(recipe))
        self._view.end()

    def _fail(self, error: DynamicStyleError, remedy: Remedy = _NO_REMEDY) -> None:
        """Nothing is changed; say which layer it was."""
        name = self._jobs[self._pace.done].frame.name
        self._error = error
        self._drop()
        self._view.show_error(f"{name}: {message_for(error)}", remedy)

    def _drop(self) -> None:
        self._jobs = ()
        if self._results is not None:
            self._results.close()
            self._results = None
        self._view.show_progress(None, "")
        self._view.set_busy(False, has_pack=bool(self._packs))

    def _show_progress(self, fraction: float) -> None:
        self._view.show_progress(self._pace.fraction(fraction), self._pace.text(fraction))

    def _show_error(self, error: DynamicStyleError) -> None:
        self._error = error
        self._view.show_error(message_for(error), _NO_REMEDY)


def _changes_only() -> str:
    return tr(
        "Some of these frames show only what changes since the one before, and alone they are no "
        "pictures. Choose Filters ▸ Animation ▸ Unoptimize first."
    )


def _painted_already() -> str:
    return tr(
        "All is set as it was for these frames. They are results already, and are painted once "
        "more; to start from what they were, close this dialog and undo that first (Ctrl+Z)."
    )
