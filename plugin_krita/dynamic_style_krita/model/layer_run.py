"""One run on a layer, from reading it to the result in the document, without holding Krita up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..layers.kinds import Document, LayerUse, Node
from ..layers.open_pictures import is_open
from ..layers.reading import LayerPicture
from ..layers.run_input import RunInput, read_input
from ..layers.time_slices import Stepping
from ..layers.writing import write_result
from ..plugin.errors.error_actions import Remedy
from ..plugin.events import RunProgress
from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..plugin.texts.stage_texts import progress_text
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, JobCancelledError
from ..protocol.messages import Result
from ..safe_slots import guarded


@dataclass(frozen=True)
class Job:
    """use: as layers/kinds.py finds it. edited: the earlier result that this one is to replace;
    None: place it as recipe.target says. above: what a new layer comes to lie above; None: its
    source.
    """

    document: Document
    use: LayerUse
    recipe: Recipe
    edited: Node | None = None
    above: Node | None = None


class LayerRun:
    """done is called with the job and the layer that holds the result; failed with an error, and
    what may help; one of them, once. told: with how far it is.
    """

    def __init__(
        self,
        worker: Worker,
        job: Job,
        *,
        done: Callable[[Job, Node], None],
        failed: Callable[[DynamicStyleError, Remedy | None], None],
        told: Callable[[float, str], None] = lambda fraction, text: None,
    ) -> None:
        """Starts reading. Raises UsageError for what cannot be run."""
        if job.edited is None:
            job.use.check(job.recipe.target)
        self.job = job
        self.ticket = 0  # the worker's, once it has the request
        self.has_result = False
        self._worker = worker
        self._done = done
        self._failed = failed
        self._told = told
        self._picture: LayerPicture | None = None
        self._result: Result | None = None
        steps = read_input(job.document, job.use, job.recipe, edited=job.edited)
        self._steps = Stepping(steps, done=self._on_read, failed=self._on_failed)

    def cancel(self) -> None:
        """Stop reading or computing. A result that is being written is written."""
        if self.has_result:
            return
        if self.ticket:
            self._worker.cancel()  # which ends in a RunFailed
        else:
            self._steps.cancel()
            self.fail(JobCancelledError(tr("cancelled; nothing was changed")))

    @property
    def is_orphaned(self) -> bool:
        """Whether its picture has been closed: Krita would crash on the layers of such a one."""
        return not is_open(self.job.document)

    def abandon(self) -> None:
        """As cancel(), but in the middle of writing, too: the picture has gone."""
        self._steps.cancel()
        self._worker.cancel()
        self.fail(JobCancelledError(tr("cancelled; the picture was closed")))

    def step(self, event: RunProgress) -> None:
        text = progress_text(event.fraction, eta_s=event.eta_s, stage=event.stage)
        self._told(event.fraction, text)

    def finish(self, result: Result) -> None:
        """Write the result into the document."""
        self._result = result
        self.write_again()

    def fail(self, error: DynamicStyleError, remedy: Remedy | None = None) -> None:
        """It has no result, or its result no place."""
        self._failed(error, remedy)

    def write_again(self) -> None:
        """Write it, perhaps once more, after the user has mended what stood in the way."""
        if self._picture is None or self._result is None:
            return
        self.has_result = True
        self._told(1.0, progress_text(1.0, eta_s=None, doing=tr("inserting the result")))
        job = self.job
        self._steps = Stepping(
            write_result(
                job.document,
                job.use,
                self._picture,
                self._result.pixels,
                job.recipe,
                over=job.edited,
                above=job.above,
            ),
            done=self._on_written,
            failed=self._on_failed,
        )

    @guarded
    def _on_read(self, read: RunInput) -> None:
        self._picture = read.picture
        recipe = self.job.recipe
        request = task_of(recipe.task).request(recipe, read.picture.pixels, read.mask)
        self.ticket = self._worker.run(request)

    @guarded
    def _on_written(self, node: Node) -> None:
        self._done(self.job, node)

    @guarded
    def _on_failed(self, error: DynamicStyleError) -> None:
        self.fail(error)
