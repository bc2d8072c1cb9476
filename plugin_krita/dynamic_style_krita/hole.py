"""What is selected, as a hole to be filled: which part of the layer travels, and its mask."""

from __future__ import annotations

from .layer_kinds import Document, LayerUse
from .layer_reading import SelectionPart
from .panel.crop import Box, context_box
from .panel.recipe import Recipe
from .panel.texts import tr
from .protocol.errors import UsageError
from .protocol.messages import Mask
from .protocol.pixels import packed_pixels


def hole_context(document: Document, use: LayerUse, recipe: Recipe) -> Box:
    """The selection with what is around it, in the document's pixels; it may reach beyond the
    layer's own pixels, where there is nothing yet. Raises UsageError without a selection there.
    """
    selection = document.selection()
    if selection is None or not selection.width() or not selection.height():
        raise UsageError(
            tr("Nothing is selected. Select what is to be filled, with some picture around it.")
        )
    selected = Box(selection.x(), selection.y(), selection.width(), selection.height())
    bounds = _union(use.bounds, Box(0, 0, document.width(), document.height()))
    box = context_box(selected, bounds, grow_px=recipe.grow_px, feather_px=recipe.feather_px)
    if box.is_empty:
        raise UsageError(tr("The selection lies outside the picture. Select a part of it."))
    return box


def hole_mask(part: SelectionPart | None) -> Mask:
    """The request's mask. Raises UsageError where all that was read is selected."""
    if part is None:
        raise UsageError(
            tr("Everything is selected, so there is nothing to fill it from. Select less.")
        )
    size = (part.box.width, part.box.height)
    pixels = packed_pixels(*size, part.data, layout="gray", depth="u8", alpha="none")
    return Mask(pixels, "selection")


def _union(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Box(x, y, right - x, bottom - y)
