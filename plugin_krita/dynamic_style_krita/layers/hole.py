"""What is selected, as a hole to be filled: which part of the layer travels, and its mask."""

from __future__ import annotations

from typing import Any

from ..plugin.byte_masks import is_full
from ..plugin.hole_context import Box, context_box, nothing_selected
from ..plugin.recipe import Recipe
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.messages import Mask
from ..protocol.pixels import packed_pixels
from .kinds import Document, LayerUse
from .reading import SelectionPart, selection_of

_PROBES = 24  # rows that are looked at each time
_LOOK_AGAIN = 8  # times until all rows of a selection of everything are looked at again


def hole_context(document: Document, use: LayerUse, recipe: Recipe) -> Box:
    """The selection with what is around it, in the document's pixels; it may reach beyond the
    layer's own pixels, where there is nothing yet. Raises UsageError without a selection there.
    """
    selection = document.selection()
    if selection is None or not selection.width() or not selection.height():
        raise nothing_selected()
    selected = Box(selection.x(), selection.y(), selection.width(), selection.height())
    bounds = _union(use.bounds, Box(0, 0, document.width(), document.height()))
    box = context_box(selected, bounds, grow_px=recipe.grow_px, feather_px=recipe.feather_px)
    if box.is_empty:
        raise UsageError(tr("The selection lies outside the picture. Select a part of it."))
    return box


def hole_mask(part: SelectionPart | None) -> Mask:
    """The request's mask. Raises UsageError where all that was read is selected."""
    if part is None:
        raise _all_selected()
    size = (part.box.width, part.box.height)
    pixels = packed_pixels(*size, part.data, layout="gray", depth="u8", alpha="none")
    return Mask(pixels, "selection")


class HoleCheck:
    """Says before a run whether there is something to fill, and something to fill it from. For
    calling several times a second: all of a selection is looked at now and then only.
    """

    def __init__(self) -> None:
        self._is_all: tuple[Box, int, bool] = Box(0, 0, 0, 0), 0, False  # of what, looks ago, and

    def check(self, document: Document, use: LayerUse, recipe: Recipe) -> None:
        """Raises UsageError."""
        box = hole_context(document, use, recipe)
        shape = selection_of(document, use)
        seen, looks, is_all = self._is_all
        if not _covers(shape, box) or not _is_full(shape, box, every=max(1, box.height // _PROBES)):
            is_all = False
        elif seen != box or looks >= _LOOK_AGAIN or not is_all:
            is_all, looks = _is_full(shape, box, every=1), 0
        self._is_all = box, looks + 1, is_all
        if is_all:
            raise _all_selected()


def _covers(shape: Any | None, box: Box) -> bool:
    """Whether something may be selected wherever box is."""
    if shape is None:
        return False
    selected = Box(shape.x(), shape.y(), shape.width(), shape.height())
    return selected.intersected(box) == box


def _is_full(shape: Any, box: Box, *, every: int) -> bool:
    """Whether all of every n-th row of box is selected."""
    return all(
        is_full(bytes(shape.pixelData(box.x, y, box.width, 1)))
        for y in range(box.y, box.y + box.height, every)
    )


def _all_selected() -> UsageError:
    return UsageError(
        tr("Everything is selected, so there is nothing to fill it from. Select less.")
    )


def _union(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Box(x, y, right - x, bottom - y)
