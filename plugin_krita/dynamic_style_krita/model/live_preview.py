"""The live preview: reads the layer small when it has changed, asks for a preview when a dial has.

First a preview at a size that is quick; once the dial rests, one whose strokes have the full
result's size. Nothing of it is ever in the document.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

from ..layers.hole import hole_context
from ..layers.kinds import Document, LayerUse, node_id
from ..layers.preview_reading import PreviewPicture, laid_over, read_preview, visible_region
from ..layers.reading import read_selection
from ..layers.time_slices import Stepping
from ..plugin.hole_context import Box
from ..plugin.pack_list import COMPLETION
from ..plugin.previews.preview_size import PreviewPlan, plan_preview
from ..plugin.recipe import Recipe
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError, UsageError
from ..protocol.messages import Mask, PackEntry, Result
from ..protocol.pixels import packed_pixels
from ..qt import Qt, QtCore, QtGui, Signal
from ..safe_slots import guarded
from .run_request import completion_preview, preview_request

REFINE_AFTER_MS = 350
REFINE_LIMIT_PX = 1024
HOLE_LIMIT_PX = 768  # of a hole with what is around it; a smaller one travels as it is
_DIGEST_PX = 48
_DIGEST_EVERY = 4  # looks; comparing thumbnails costs more than comparing numbers


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
        self._worker = worker
        self._look: _Look | None = None
        self._digest = 0
        self._looks = 0
        self._use: LayerUse | None = None
        self._document: Document = None
        self._picture: PreviewPicture | None = None
        self._mask: Mask | None = None
        self._reading: Stepping | None = None
        self._ticket = 0  # of the newest that was asked for
        self._shown_ticket = 0
        self._least_ticket = 0  # older ones belong to another pack or another part of the layer
        self._is_refined = False
        self._wish: tuple[Recipe, PackEntry] | None = None
        self._refine = QtCore.QTimer(self)
        self._refine.setSingleShot(True)
        self._refine.setInterval(REFINE_AFTER_MS)
        self._refine.timeout.connect(self._on_rested)

    def look(self, window: Any, document: Document, use: LayerUse) -> bool:
        """See whether the layer, the selection or what the window shows has changed; if so, read
        it anew. Returns whether it has.
        """
        look = self._seen(window, document, use)
        digest = self._digest
        self._looks += 1
        if look != self._look or self._looks % _DIGEST_EVERY == 0:
            digest = _digest_of(use)
        if look == self._look and digest == self._digest:
            return False
        self._look, self._digest = look, digest
        self._document, self._use = document, use
        self._read()
        return True

    def forget(self) -> None:
        """There is nothing to preview any more."""
        if self._look is None and self._picture is None:
            return
        self._stop()
        self._look = None
        self._picture = None
        self._use = self._document = None
        self.before.emit(None)
        self.working.emit()

    def ask(self, recipe: Recipe, pack: PackEntry) -> None:
        """Show this recipe, as soon as the layer has been read."""
        if self._wish is not None and self._wish[0].task != recipe.task:
            self._look = None  # another part of the layer is wanted
        if self._wish is not None and self._wish[0].pack != recipe.pack:
            self._disown()
            self.before.emit(None if self._picture is None else self._picture.pixels)
        self._wish = (recipe, pack)
        self._is_refined = False
        self._refine.stop()
        self._send(limit_px=None)
        self.working.emit()

    def drop(self) -> None:
        """Ask for nothing until ask() is called again."""
        self._wish = None
        self._refine.stop()
        self._disown()
        self._worker.forget_preview()
        self.working.emit()

    @property
    def is_asked(self) -> bool:
        """Whether a recipe is being shown, and shown anew when the layer changes."""
        return self._wish is not None

    @property
    def is_working(self) -> bool:
        """Whether something newer or finer than what is shown is being made."""
        is_reading = self._reading is not None and self._reading.is_running
        return is_reading or self._ticket != self._shown_ticket

    @property
    def is_waiting(self) -> bool:
        """Whether something newer or finer than what is shown is on its way."""
        return self.is_working or self._refine.isActive()

    def is_mine(self, ticket: int) -> bool:
        """Whether a preview that has come is to be shown: while a dial moves, it is that of a
        moment ago.
        """
        return max(self._least_ticket, self._shown_ticket + 1) <= ticket <= self._ticket

    def show(self, ticket: int, result: Result) -> None:
        """The answer to a ticket that is_mine()."""
        self._shown_ticket = ticket
        self.after.emit(result.pixels, True)
        if ticket == self._ticket and not self._is_refined:
            self._refine.start()
        self.working.emit()

    def fail(self, ticket: int) -> None:
        """There will be no answer to this ticket."""
        if self.is_mine(ticket):
            self._shown_ticket = ticket
            self.working.emit()

    def show_result(self, document: Document, use: LayerUse, *, is_fill: bool) -> None:
        """Show a full result where the preview was: the same region of its layer, and of a fill
        over the picture that it was made for.
        """
        before = self._picture
        if before is None:
            return
        self.drop()
        region = before.region.intersected(use.bounds)
        size = (before.pixels.width, before.pixels.height)
        if is_fill:
            size = (
                max(1, round(size[0] * region.width / before.region.width)),
                max(1, round(size[1] * region.height / before.region.height)),
            )

        @guarded
        def show(picture: PreviewPicture) -> None:
            self.after.emit(laid_over(before, picture) if is_fill else picture.pixels, False)

        if not region.is_empty:
            self._reading = Stepping(
                read_preview(document, use, region, size),
                done=show,
                failed=lambda error: None,  # the document shows the result itself
            )

    def _read(self) -> None:
        self._stop()
        self._picture = None
        look, use = self._look, self._use
        if look is None or use is None or look.region.is_empty:
            self.before.emit(None)
            self.working.emit()
            return
        steps = read_preview(self._document, use, look.region, self._size(look.region))
        self._reading = Stepping(steps, done=self._on_read, failed=self._on_unreadable)
        self.working.emit()

    @guarded
    def _on_read(self, picture: PreviewPicture) -> None:
        self._picture = picture
        self.before.emit(picture.pixels)
        if self._wish is not None:
            self._send(limit_px=None)
        self.working.emit()

    @guarded
    def _on_unreadable(self, error: DynamicStyleError) -> None:
        self.before.emit(None)
        self.working.emit()
        self.failed.emit(error)

    def _plan(self, limit_px: int | None) -> PreviewPlan:
        assert self._look is not None
        recipe, pack = self._wish if self._wish is not None else (None, None)
        working = recipe.working_size_px if recipe is not None else None
        own = pack.working_size_px if pack is not None else 512
        bounds, region = self._look.bounds, self._look.region
        more = {} if limit_px is None else {"limit_px": limit_px}
        return plan_preview(
            (region.width, region.height),
            (bounds.width, bounds.height),
            working_size_px=working or own,
            **more,
        )

    def _send(self, *, limit_px: int | None) -> None:
        if self._wish is None or self._picture is None or self._look is None:
            return
        recipe, _pack = self._wish
        if self._fills:
            self._send_completion(recipe, self._picture)
            return
        plan = self._plan(limit_px)
        if limit_px is not None:
            self._is_refined = True
        elif plan.is_to_scale:
            self._is_refined = True  # it needs no finer one
        mask = self._selection_mask(recipe)
        request = preview_request(
            recipe, self._picture.pixels, mask, working_size_px=plan.working_size_px
        )
        self._ticket = self._worker.preview(request, gives_way=limit_px is not None)

    def _send_completion(self, recipe: Recipe, picture: PreviewPicture) -> None:
        self._is_refined = True
        mask = self._selection_mask(recipe)
        if mask is not None:
            hole = Mask(mask.pixels, "selection")
            scale = picture.pixels.width / picture.region.width
            request = completion_preview(recipe, picture.pixels, hole, scale=scale)
            self._ticket = self._worker.preview(request)

    @property
    def _fills(self) -> bool:
        """Whether a selection is to be filled, rather than a layer stylized."""
        return self._wish is not None and self._wish[0].task == COMPLETION

    def _seen(self, window: Any, document: Document, use: LayerUse) -> _Look:
        look = _look(window, document, use)
        if self._wish is None or not self._fills:
            return look
        try:
            return replace(look, region=hole_context(document, use, self._wish[0]))
        except UsageError:  # nothing is selected yet
            return replace(look, region=Box(0, 0, 0, 0))

    def _size(self, region: Box) -> tuple[int, int]:
        """The (width, height) at which a region travels."""
        if not self._fills:
            plan = self._plan(None)
            return plan.width, plan.height
        scale = min(1.0, HOLE_LIMIT_PX / max(region.width, region.height))
        return max(1, round(region.width * scale)), max(1, round(region.height * scale))

    @guarded
    def _on_rested(self) -> None:
        if not self._is_refined:
            self._send(limit_px=REFINE_LIMIT_PX)
            self.working.emit()

    def _selection_mask(self, recipe: Recipe) -> Mask | None:
        """The selection at the preview's size; None without one."""
        if self._use is None or self._picture is None or not self._look or not self._look.selection:
            return None
        if self._mask is None:
            part = read_selection(self._document, self._use, self._picture.region)
            if part is None:
                return None
            size = (self._picture.pixels.width, self._picture.pixels.height)
            data = _scaled_gray(part.data, (part.box.width, part.box.height), size)
            pixels = packed_pixels(*size, data, layout="gray", depth="u8", alpha="none")
            self._mask = Mask(pixels, "selection")
        role = "both" if recipe.follows_selection else "selection"
        return Mask(self._mask.pixels, role)  # type: ignore[arg-type]

    def _stop(self) -> None:
        self._refine.stop()
        self._mask = None
        self._disown()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _disown(self) -> None:
        """What is on its way will not be shown."""
        self._least_ticket = self._ticket + 1
        self._shown_ticket = self._ticket


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


def _digest_of(use: LayerUse) -> int:
    """Changes with what is painted; of a thumbnail, so not with every last pixel."""
    image = use.node.thumbnail(_DIGEST_PX, _DIGEST_PX)
    image = image.convertToFormat(QtGui.QImage.Format.Format_ARGB32)
    bits = image.constBits()
    if bits is None:
        return 0
    bits.setsize(image.height() * image.bytesPerLine())
    return zlib.crc32(bytes(bits))


def _scaled_gray(data: bytes, size: tuple[int, int], wanted: tuple[int, int]) -> bytes:
    """One byte a pixel, smoothly scaled."""
    gray = QtGui.QImage.Format.Format_Grayscale8
    image = QtGui.QImage(data, *size, size[0], gray).scaled(
        *wanted,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    image = image.convertToFormat(gray)
    bits = image.constBits()
    bits.setsize(image.height() * image.bytesPerLine())
    rows = bytes(bits)
    stride = image.bytesPerLine()
    return b"".join(rows[y * stride : y * stride + wanted[0]] for y in range(wanted[1]))
