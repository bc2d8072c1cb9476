"""The run that is under way, on a layer or on its frames: one at a time, for all windows."""

from __future__ import annotations

from collections.abc import Callable

from ..layers.kinds import Document, Node
from ..plugin.errors.error_actions import Remedy
from ..plugin.errors.last_error import LastError
from ..plugin.events import Event, RunFailed, RunFinished, RunProgress
from ..plugin.texts.stage_texts import progress_text
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, JobCancelledError, UsageError
from .frames_run import FramesJob, FramesRun
from .layer_run import Job, LayerRun


class Runs:
    """progress: how far the run is, 0 to 1, and what to say; None: there is none. changed: called
    when that is another. done: with a layer's job, and the layer that holds its result; shown: with
    the picture, and a layer of frames.
    """

    def __init__(
        self,
        worker: Worker,
        last_error: LastError,
        *,
        changed: Callable[[], None],
        done: Callable[[Job, Node], None],
        shown: Callable[[Document, Node], None],
    ) -> None:
        self.progress: tuple[float, str] | None = None
        self._run: LayerRun | FramesRun | None = None
        self._unplaced: FramesRun | None = None  # its frames may still be inserted
        self._worker = worker
        self._last_error = last_error
        self._changed = changed
        self._done = done
        self._shown = shown

    @property
    def is_running(self) -> bool:
        return self._run is not None

    def begin(self, job: Job) -> None:
        """Raises UsageError for what cannot be run, and while another run is under way."""
        self._make_way()
        self._run = LayerRun(
            self._worker, job, done=self._on_done, failed=self._on_failed, told=self._tell
        )
        self._tell(0.0, progress_text(0.0, eta_s=None, doing=tr("reading the layer")))

    def begin_frames(self, job: FramesJob) -> None:
        """Raises UsageError while another run is under way."""
        self._make_way()
        self._run = FramesRun(
            self._worker,
            job,
            told=self._tell,
            done=lambda node: self._on_frames(job, node),
            failed=self._on_frames_failed,
        )
        self._tell(0.0, progress_text(0.0, eta_s=None, doing=tr("reading the layer")))

    def cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def look_for_closed(self) -> None:
        """Give a run up whose picture has been closed."""
        if self._run is not None and self._run.is_orphaned:
            self._run.abandon()

    def hear(self, event: Event) -> None:
        """What the worker tells; of other requests nothing is heard."""
        run = self._run
        if run is None or not isinstance(event, (RunProgress, RunFinished, RunFailed)):
            return
        if run.ticket != event.ticket:
            return
        if isinstance(event, RunProgress):
            run.step(event)
        elif isinstance(event, RunFinished):
            run.finish(event.result)
        else:
            run.fail(event.error, event.remedy)

    def _make_way(self) -> None:
        if self._run is not None:
            raise UsageError(tr("A layer is being stylized already; wait for it, or cancel it."))
        self._last_error.clear()
        if self._unplaced is not None:
            self._unplaced.release()
            self._unplaced = None

    def _on_done(self, job: Job, node: Node) -> None:
        self._end()
        self._done(job, node)

    def _on_frames(self, job: FramesJob, node: Node) -> None:
        self._end()
        self._shown(job.document, node)

    def _on_failed(self, error: DynamicStyleError, remedy: Remedy | None = None) -> None:
        run = self._run
        self._end()
        if run is None or self._tell_closed(run):
            return
        if run.has_result:
            self._offer_again(run, error)
        elif not isinstance(error, JobCancelledError):
            was_unread = not run.ticket  # it is about the layer
            self._last_error.show(error, remedy, passes=was_unread)

    def _on_frames_failed(self, error: DynamicStyleError, remedy: Remedy | None, kept: int) -> None:
        """kept: how many frames are in the picture all the same."""
        run = self._run
        self._end()
        if run is None or self._tell_closed(run):
            return
        if kept and not isinstance(error, JobCancelledError):
            text = tr("Frames kept, as a layer: {count}.").format(count=kept)
            self._last_error.show(error, remedy, kept=text)
        elif not kept and run.has_result:
            self._offer_again(run, error)
        elif not isinstance(error, JobCancelledError):
            self._last_error.show(error, remedy)

    def _tell_closed(self, run: LayerRun | FramesRun) -> bool:
        if not run.is_orphaned:
            return False
        if isinstance(run, FramesRun):
            run.release()
        self._last_error.show(
            UsageError(
                tr(
                    "The picture was closed while it was being worked on, so that this was "
                    "cancelled. Open it and apply again."
                )
            ),
            Remedy("none", ""),
        )
        return True

    def _offer_again(self, run: LayerRun | FramesRun, error: DynamicStyleError) -> None:
        if isinstance(run, FramesRun):
            self._unplaced = run
        self._last_error.again = lambda: self._write_again(run)
        self._last_error.show(error, Remedy("retry", tr("Insert the result again")))

    def _write_again(self, run: LayerRun | FramesRun) -> None:
        self._run, self._unplaced = run, None
        run.write_again()

    def _end(self) -> None:
        self._run = None
        self.progress = None
        self._changed()

    def _tell(self, fraction: float, text: str) -> None:
        self.progress = (fraction, text)
        self._changed()
