"""A run over the frames of a layer: each is read, computed and written into a layer that grows out
of sight, which is added to the picture at the end, or when the run ends early, with what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..layers.animated_layer import AnimatedLayer, add_animated, empty_layer
from ..layers.keyframes import FrameSource, read_frame
from ..layers.kinds import Document, Node
from ..layers.open_pictures import is_open
from ..layers.reading import LayerPicture, SelectionPart, read_selection, request_mask
from ..layers.recipe_annotation import remember, source_of
from ..layers.time_slices import Stepping, Steps
from ..plugin.errors.error_actions import Remedy
from ..plugin.events import RunProgress
from ..plugin.frames.frame_pace import FramePace
from ..plugin.frames.frame_plan import PlannedFrame, frame_recipe, frames_name
from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, JobCancelledError
from ..protocol.messages import Result
from ..safe_slots import guarded


@dataclass(frozen=True)
class FramesJob:
    """frames: what is to be made. blanks: the times around them at which nothing is shown. recipe:
    of all of them; the dials are the frames' own. above: an earlier result, which the new one is
    laid over; None: over the source.
    """

    document: Document
    source: FrameSource
    recipe: Recipe
    frames: tuple[PlannedFrame, ...]
    blanks: tuple[int, ...] = ()
    above: Node | None = None


class FramesRun:
    """done is called with the layer that holds all frames; failed with an error, what may help, and
    how many frames were kept; one of them, once. told: with how far it is.
    """

    def __init__(
        self,
        worker: Worker,
        job: FramesJob,
        *,
        told: Callable[[float, str], None],
        done: Callable[[Node], None],
        failed: Callable[[DynamicStyleError, Remedy | None, int], None],
    ) -> None:
        self.job = job
        self.ticket = 0  # the worker's, of the frame that is computed
        self.has_result = False  # all that will be made is made
        self._worker = worker
        self._told = told
        self._done = done
        self._failed = failed
        self._pace = FramePace(len(job.frames))
        self._layer: AnimatedLayer | None = None
        self._selection: SelectionPart | None = None
        self._read: tuple[int, LayerPicture] | None = None  # a keyframe's time, and its picture
        self._end: tuple[DynamicStyleError, Remedy | None] | None = None  # what ended it early
        use = job.source.use
        self._still = use.node.duplicate()  # nobody paints on it, and it stays if the layer goes
        self._go(self._begun(), self._on_begun)

    @property
    def is_orphaned(self) -> bool:
        """Whether its picture has been closed."""
        return not is_open(self.job.document)

    def cancel(self) -> None:
        """Stop, and keep what is done."""
        if self.has_result:
            return
        if self.ticket:
            self._worker.cancel()  # which ends in a RunFailed
        else:
            self.fail(JobCancelledError(tr("cancelled; nothing was changed")))

    def abandon(self) -> None:
        """The picture has gone, and with it the place of what is done."""
        self._steps.cancel()
        self._worker.cancel()
        self.release()
        self._failed(JobCancelledError(tr("cancelled; the picture was closed")), None, 0)

    def release(self) -> None:
        """Let go of what was not placed."""
        if self._layer is not None:
            self._layer.close()
            self._layer = None

    def step(self, event: RunProgress) -> None:
        self._told(self._pace.fraction(event.fraction), self._pace.text(event.fraction))

    def finish(self, result: Result) -> None:
        """A frame's result is there."""
        self.ticket = 0
        if self._layer is None or self._read is None:
            return
        frame = self.job.frames[self._pace.done]
        self._go(
            self._layer.fill(frame.time, self._read[1], result.pixels), lambda _: self._on_frame()
        )

    def fail(self, error: DynamicStyleError, remedy: Remedy | None = None) -> None:
        """A frame could not be made, or is not wanted: place those that are done."""
        self._steps.cancel()
        self.ticket = 0
        self._end = (error, remedy)
        if self._layer is None or not self._pace.done:
            self.release()
            self._failed(error, remedy, 0)
            return
        self._place()

    def write_again(self) -> None:
        """Place it, after the user has mended what stood in the way."""
        self._place()

    def _begun(self) -> Steps[None]:
        job, use = self.job, self.job.source.use
        self._selection = read_selection(job.document, use, use.bounds)
        size = (use.bounds.width, use.bounds.height)
        times = sorted({*job.blanks, *(frame.time for frame in job.frames)})
        self._layer = yield from empty_layer(size, times, use.space)

    @guarded
    def _on_begun(self, _: object) -> None:
        self._next()

    def _next(self) -> None:
        done, frames = self._pace.done, self.job.frames
        self._told(self._pace.fraction(0.0), self._pace.text(0.0))
        if done == len(frames):
            self._place()
            return
        self._go(self._picture_of(frames[done]), self._on_read)

    def _picture_of(self, frame: PlannedFrame) -> Steps[LayerPicture]:
        """Steps to what a frame is made from, read once where a keyframe makes several."""
        if self._read is not None and self._read[0] == frame.source:
            return self._read[1]
        source = self.job.source
        time = frame.source if source.is_animated else None
        picture = yield from read_frame(self._still, time, source.use, self._selection)
        self._read = (frame.source, picture)
        return picture

    @guarded
    def _on_read(self, picture: LayerPicture) -> None:
        data = memoryview(picture.pixels.data).cast("B")
        if bytes(data).count(0) == len(data):
            self._on_frame()  # an empty frame stays one
            return
        recipe = frame_recipe(self.job.recipe, self.job.frames[self._pace.done])
        mask = request_mask(picture, "new_layer", follows_selection=recipe.follows_selection)
        request = task_of(recipe.task).request(recipe, picture.pixels, mask)
        self.ticket = self._worker.run(request)

    @guarded
    def _on_frame(self) -> None:
        self._pace.mark()
        self._next()

    def _place(self) -> None:
        self.has_result = True
        self._told(1.0, tr("Inserting the frames"))
        self._go(self._placed(), self._on_placed)

    def _placed(self) -> Steps[Node]:
        job, layer = self.job, self._layer
        assert layer is not None
        done = job.frames[: self._pace.done]
        if len(done) < len(job.frames):
            after = job.frames[len(done)].time  # from where on nothing is shown
            fewer = yield from layer.first(
                [frame.time for frame in done],
                blanks=[*(time for time in job.blanks if time < after), after],
                box=job.source.use.bounds,
            )
            layer.close()
            layer = self._layer = fewer
            # of these frames alone, so that placing again does not cut again
            self.job = job = replace(job, frames=done, blanks=())
        node = yield from add_animated(
            job.document,
            job.source.use,
            layer,
            name=frames_name(job.recipe, done, planned=self._pace.count),
            selection=self._selection,
            above=job.above,
        )
        # without keys, where they were too long to keep, it would be edited as one picture
        if job.recipe.frames is not None:
            remember(job.document, node, replace(job.recipe, source=source_of(job.source.use)))
        return node

    @guarded
    def _on_placed(self, node: Node) -> None:
        self.release()
        if self._end is None:
            self._done(node)
        else:
            self._failed(*self._end, len(self.job.frames))

    def _go(self, steps: Steps[Any], then: Callable[[Any], None]) -> None:
        self._steps = Stepping(steps, done=then, failed=self._on_failed)

    @guarded
    def _on_failed(self, error: DynamicStyleError) -> None:
        if self.has_result:  # kept, to be placed again
            self._failed(error, None, 0)
        else:
            self.fail(error)
