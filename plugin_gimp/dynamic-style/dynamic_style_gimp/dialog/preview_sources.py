"""What is read for previews: all of a layer, small at first; of a hole, what is around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..layers.hole import Hole, hole_of
from ..layers.run_settings import SelectionMode
from ..plugin.hole_context import Box
from ..plugin.previews.preview_request import (
    PreviewRequest,
    ShownPart,
    hole_preview,
)
from ..plugin.previews.preview_size import LONG_SIDE_PX, QUICK_HOLE_PX
from ..plugin.recipe import Recipe
from ..plugin.tasks.task import Task
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels

if TYPE_CHECKING:
    from ..layers.reading import Source

# Sizes that a refined preview travels at, so that zooming does not read the layer at every step.
REFINED_SIDES_PX = (512, 768, 1024, 1536, 2048)
_ANY_WORKING_PX = 1 << 16

FINE_HOLE_PX = 2048  # beyond it a preview would be a wait


class LayerPreviews:
    """Pixels are read once for each size. selection: how the next preview is masked by it."""

    def __init__(self, source: Source, task: Task) -> None:
        self.selection: SelectionMode = "soft"
        self._source = source
        self._task = task
        self._pixels: dict[int, Pixels] = {}
        self._masks: dict[tuple[str, bool, int], Mask | None] = {}

    def part(self, recipe: Recipe) -> Box:
        return Box(0, 0, self._source.width, self._source.height)

    def before(self, recipe: Recipe) -> Pixels:
        return self._read(LONG_SIDE_PX)

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, LONG_SIDE_PX, limit_px=LONG_SIDE_PX)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest:
        side = next((s for s in REFINED_SIDES_PX if s >= needed_px), REFINED_SIDES_PX[-1])
        return self._preview(recipe, side, limit_px=_ANY_WORKING_PX)

    def _preview(self, recipe: Recipe, long_side_px: int, *, limit_px: int) -> PreviewRequest:
        pixels = self._read(long_side_px)
        layer = (self._source.width, self._source.height)
        mask = self._mask(recipe, pixels)
        return self._task.preview(recipe, pixels, mask, ShownPart(layer, layer, limit_px))

    def _read(self, long_side_px: int) -> Pixels:
        if long_side_px not in self._pixels:
            self._pixels[long_side_px] = self._source.pixels(long_side_px)
        return self._pixels[long_side_px]

    def _mask(self, recipe: Recipe, pixels: Pixels) -> Mask | None:
        key = (self.selection, recipe.follows_selection, pixels.width)
        if key not in self._masks:
            size = (pixels.width, pixels.height)
            self._masks[key] = self._source.mask(recipe, self.selection, size=size)
        return self._masks[key]


class HolePreviews:
    """find: the hole for a number of pixels to grow the selection by; called once for each. Pixels
    are read once for each hole and size. The backend keeps a fill: once there is a preview at the
    layer's own size, the result costs what the net costs.
    """

    def __init__(self, find: Callable[[int], Hole]) -> None:
        self.selection: SelectionMode = "soft"  # which is the hole, so that it masks nothing
        self._find = find
        self._holes: dict[int, Hole] = {}
        self._read: dict[tuple[int, int], tuple[Pixels, Mask]] = {}

    def part(self, recipe: Recipe) -> Box:
        return self._hole(recipe).context

    def before(self, recipe: Recipe) -> Pixels:
        return self._pixels(recipe, QUICK_HOLE_PX)[0]

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, QUICK_HOLE_PX)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest:
        return self._preview(recipe, FINE_HOLE_PX)

    def _preview(self, recipe: Recipe, long_side_px: int) -> PreviewRequest:
        context = self._hole(recipe).context
        part = (context.width, context.height)
        return hole_preview(recipe, *self._pixels(recipe, long_side_px), ShownPart(part, part))

    def _pixels(self, recipe: Recipe, long_side_px: int) -> tuple[Pixels, Mask]:
        hole = self._hole(recipe)
        key = (recipe.grow_px, min(long_side_px, max(hole.context.width, hole.context.height)))
        if key not in self._read:
            self._read[key] = hole.small(key[1])
        return self._read[key]

    def _hole(self, recipe: Recipe) -> Hole:
        if recipe.grow_px not in self._holes:
            self._holes[recipe.grow_px] = self._find(recipe.grow_px)
        return self._holes[recipe.grow_px]


def previews_of(source: Source, task: Task) -> HolePreviews | LayerPreviews:
    if task.fills_selection:
        return HolePreviews(lambda grow_px: hole_of(source, grow_px=grow_px))
    return LayerPreviews(source, task)
