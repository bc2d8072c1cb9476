"""The live preview: reads the layer small when it has changed, asks for a preview when a dial has.

Which previews are asked for is the flow's, for both hosts. Nothing of it is ever in the document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..layers.hole import hole_context
from ..layers.kinds import Document, LayerUse, node_id
from ..layers.preview.canvas_view import visible_region
from ..layers.preview.preview_reading import (
    PreviewPicture,
    digest_of,
    laid_over,
    read_preview,
    scaled_down,
)
from ..layers.time_slices import Stepping
from ..plugin.hole_context import Box
from ..plugin.previews.preview_flow import PreviewFlow
from ..plugin.previews.preview_size import LONG_SIDE_PX, preview_size
from ..plugin.recipe import Recipe
from ..plugin.tasks.stylize_task import STYLIZE
from ..plugin.tasks.table import task_of
from ..plugin.tasks.task import Task
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, UsageError
from ..protocol.messages import PackEntry, Result
from ..qt import QtCore, Signal
from ..safe_slots import guarded
from .shown_part import ReadPart

REFINE_AFTER_MS = 350
_STREAM = "krita"  # one docker's preview is of use at a time
_NOWHERE = Box(0, 0, 0, 0)
_DIGEST_EVERY = 4  # looks; comparing thumbnails costs more than comparing numbers


@dataclass(frozen=True)
class Place:
    """region: in the document's pixels."""

    document: Document
    region: Box


@dataclass(frozen=True)
class _Look:
    """What a preview depends on besides the recipe; equal while nothing of it has changed."""

    node: str
    bounds: Box
    region: Box
    selection: tuple[int, ...]
    time: int


class LivePreview(QtCore.QObject):
    """before: the layer's pixels, or None, in place of all that was shown; after: preview pixels
    and whether they are a preview (else a full result); working: is_working may have changed;
    failed: an error.
    """

    before = Signal(object)
    after = Signal(object, bool)
    working = Signal()
    failed = Signal(object)

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._flow = PreviewFlow(worker, stream=_STREAM)
        self._look: _Look | None = None
        self._document: Document | None = None
        self.fine_px = LONG_SIDE_PX
        self._digest = 0
        self._looks = 0
        self._picture: PreviewPicture | None = None
        self._is_hole = False  # what is looked for: a selection with what is around it
        self._reading: Stepping | None = None
        self._refine = QtCore.QTimer(self)
        self._refine.setSingleShot(True)
        self._refine.setInterval(REFINE_AFTER_MS)
        self._refine.timeout.connect(self._on_rested)

    def show_finer(self, long_side_px: int) -> None:
        """From now on a dial at rest gets previews of so many pixels, where there are as many."""
        if long_side_px != self.fine_px:
            self.fine_px = long_side_px
            self._stop()
            self._look = None  # the next look reads it anew

    def look(self, window: Any, document: Document, use: LayerUse) -> bool:
        """See whether the layer, the selection or what the window shows has changed; if so, read
        it anew. Returns whether it has.
        """
        look = self._seen(window, document, use)
        digest = self._digest
        self._looks += 1
        if look != self._look or self._looks % _DIGEST_EVERY == 0:
            digest = digest_of(use)
        if look == self._look and digest == self._digest:
            return False
        self._look, self._document, self._digest = look, document, digest
        self._read(document, use, look.region)
        return True

    def forget(self) -> None:
        """There is nothing to preview any more."""
        if self._look is None and self._picture is None:
            return
        self._stop()
        self._look = self._document = None
        self._picture = None
        self.before.emit(None)
        self.working.emit()

    def ask(self, recipe: Recipe, pack: PackEntry) -> None:
        """Show this recipe, as soon as the layer has been read."""
        asked, task = self._flow.recipe, task_of(recipe.task)
        if self._look is not None and self._is_hole != task.fills_selection:
            self._stop()
            self._look = None  # another part of the layer is wanted
        self._refine.stop()
        working_px = recipe.working_size_px or pack.working_size_px
        self._flow.ask(replace(recipe, working_size_px=working_px))
        if asked is not None and asked.pack != recipe.pack:
            self.before.emit(None if self._picture is None else self._picture.pixels)
        self.working.emit()

    def drop(self) -> None:
        """Ask for nothing until ask() is called again."""
        self._refine.stop()
        self._flow.forget()
        self.working.emit()

    @property
    def place(self) -> Place | None:
        """Where what is shown belongs; None while nothing is, or it is being read."""
        if self._document is None or self._picture is None:
            return None
        return Place(self._document, self._picture.region)

    @property
    def subject(self) -> object:
        """Equal while previews are of the same pixels, by the same pack; whichever part of them a
        view shows.
        """
        recipe = self._flow.recipe
        if self._look is None or recipe is None:
            return None
        return replace(self._look, region=_NOWHERE), self._digest, recipe.pack

    @property
    def is_asked(self) -> bool:
        """Whether a recipe is being shown, and shown anew when the layer changes."""
        return self._flow.recipe is not None

    @property
    def is_working(self) -> bool:
        """Whether something newer or finer than what is shown is being made."""
        is_reading = self._reading is not None and self._reading.is_running
        return is_reading or self._flow.is_waiting

    @property
    def is_waiting(self) -> bool:
        """Whether something newer or finer than what is shown is on its way."""
        return self.is_working or self._refine.isActive()

    def show(self, ticket: int, result: Result) -> None:
        """Show a preview that has come, unless it is of another pack or part."""
        pixels = self._flow.take(ticket, result)
        if pixels is None:
            return
        self.after.emit(pixels, True)
        if not self._flow.is_waiting and not self._flow.is_final:
            self._refine.start()
        self.working.emit()

    def fail(self, ticket: int) -> None:
        """There will be no answer to this ticket."""
        self._flow.fail(ticket)
        self.working.emit()

    def show_result(self, document: Document, use: LayerUse, *, is_part: bool) -> None:
        """Show a full result where the preview was: the same region of its layer. is_part: over the
        picture that it was made for.
        """
        before = self._picture
        if before is None:
            return
        self.drop()
        region = before.region.intersected(use.bounds)
        size = (before.pixels.width, before.pixels.height)
        if is_part:
            size = (
                max(1, round(size[0] * region.width / before.region.width)),
                max(1, round(size[1] * region.height / before.region.height)),
            )

        @guarded
        def show(picture: PreviewPicture) -> None:
            self.after.emit(laid_over(before, picture) if is_part else picture.pixels, False)

        if not region.is_empty:
            self._reading = Stepping(
                read_preview(document, use, region, size),
                done=show,
                failed=lambda error: None,  # the document shows the result itself
            )

    @property
    def _task(self) -> Task:
        """Whose previews are wanted; before any is, the one that takes all of a layer."""
        return STYLIZE if self._flow.recipe is None else task_of(self._flow.recipe.task)

    def _read(self, document: Document, use: LayerUse, region: Box) -> None:
        self._stop()
        self._picture = None
        task = self._task
        self._is_hole = task.fills_selection  # also where nothing is selected yet
        if region.is_empty:
            self.before.emit(None)
            self.working.emit()
            return

        @guarded
        def on_read(picture: PreviewPicture) -> None:
            self._picture = scaled_down(picture, quick)
            self.before.emit(self._picture.pixels)
            part = ReadPart(document, use, self._picture, picture)
            if not task.fills_selection or part.selection is not None:  # else all is selected
                self._flow.turn_to(part)
            self.working.emit()

        quick = preview_size(region.width, region.height, long_side_px=task.preview_px)
        fine_px = max(task.preview_px, self.fine_px)
        fine = preview_size(region.width, region.height, long_side_px=fine_px)
        steps = read_preview(document, use, region, quick if task.fills_selection else fine)
        self._reading = Stepping(steps, done=on_read, failed=self._on_unreadable)
        self.working.emit()

    @guarded
    def _on_unreadable(self, error: DynamicStyleError) -> None:
        self.before.emit(None)
        self.working.emit()
        self.failed.emit(error)

    def _seen(self, window: Any, document: Document, use: LayerUse) -> _Look:
        look = _look(window, document, use)
        recipe = self._flow.recipe
        if recipe is None or not self._task.fills_selection:
            return look
        try:
            return replace(look, region=hole_context(document, use, recipe))
        except UsageError:  # nothing is selected yet
            return replace(look, region=_NOWHERE)

    @guarded
    def _on_rested(self) -> None:
        self._flow.refine(max(LONG_SIDE_PX, self.fine_px))
        self.working.emit()

    def _stop(self) -> None:
        """What is shown, on its way or being read is of no use any more."""
        self._refine.stop()
        self._flow.turn_to(None)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


def _look(window: Any, document: Document, use: LayerUse) -> _Look:
    selection = document.selection()
    box: tuple[int, ...] = ()
    if selection is not None and selection.width() and selection.height():
        box = (selection.x(), selection.y(), selection.width(), selection.height())
    canvas = Box(0, 0, document.width(), document.height())
    seen = use.bounds.intersected(canvas)
    if seen.is_empty:
        seen = use.bounds
    region = visible_region(window, document, seen)
    return _Look(node_id(use.node), use.bounds, region, box, document.currentTime())
