"""What is selected of a layer, as a hole to be filled: what may change, and what travels.

Only a part of the layer travels, so that a large layer costs no more than a small one. For a hole
in one piece its fill is that of the whole layer, byte for byte: `plugin/hole_context.py` gives the
backend all that it would look at. Pieces that almost touch may be told apart in a smaller picture
and then be filled one by one instead of together.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..plugin.hole_context import Box, context_box, grown_mask, nothing_selected
from ..plugin.previews.preview_size import preview_size
from ..plugin.recipe import Recipe
from ..plugin.requests import completion_request
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.messages import CompleteRun, Mask
from ..protocol.pixels import Pixels
from .reading import PREVIEW, Encoding, Source, encoding_of, read_pixels, read_selection


@dataclass(frozen=True)
class Hole:
    """box: around all that may change, the selection and what it is grown by. context: what
    travels. Both in the layer's pixels. selected: of the context, gray u8, as it was when the hole
    was looked for.
    """

    source: Source
    grow_px: int
    box: Box
    context: Box
    selected: Pixels

    @property
    def encoding(self) -> Encoding:
        """In which the context travels and the fill comes: with an alpha channel in any case."""
        count = self.context.width * self.context.height
        return encoding_of(self.source.layer, count, needs_alpha=True)

    def shape(self) -> bytes:
        """Which pixels of the box may change: 255, else 0."""
        data = grown_mask(bytes(self.selected.data), self.context.width, self.grow_px)
        return self.part(data, pixel_bytes=1)

    def part(self, data: bytes | memoryview, *, pixel_bytes: int) -> bytes:
        """The box's pixels, from data of the context's."""
        rows, stride = memoryview(data), self.context.width * pixel_bytes
        left = (self.box.x - self.context.x) * pixel_bytes
        top, length = self.box.y - self.context.y, self.box.width * pixel_bytes
        starts = (row * stride + left for row in range(top, top + self.box.height))
        return b"".join(rows[start : start + length] for start in starts)

    def request(self, recipe: Recipe) -> CompleteRun:
        """Reads the layer. Raises ImageReadError."""
        pixels = read_pixels(self.source.layer, self.context, self.encoding)
        return completion_request(recipe, pixels, Mask(self.selected, "selection"))

    def small(self, long_side_px: int) -> tuple[Pixels, Mask]:
        """The context for a preview, rgba u8 and at most that long, and its hole."""
        size = preview_size(self.context.width, self.context.height, long_side_px=long_side_px)
        pixels = read_pixels(self.source.layer, self.context, PREVIEW, size=size)
        if size == (self.context.width, self.context.height):
            return pixels, Mask(self.selected, "selection")
        return pixels, Mask(read_selection(self.source, self.context, size=size), "selection")


def hole_of(source: Source, *, grow_px: int) -> Hole:
    """Raises UsageError where nothing of the layer is selected, or all."""
    if not source.has_selection:
        raise nothing_selected()
    is_touched, *place = source.layer.mask_intersect()
    if not is_touched:
        raise UsageError(
            tr("The selection does not touch the layer '{layer}'.").format(layer=source.name)
        )
    layer, selected = Box(0, 0, source.width, source.height), Box(*place)
    box = selected.grown(grow_px).intersected(layer)
    context = context_box(selected, layer, grow_px=grow_px)
    hole = Hole(source, grow_px, box, context, read_selection(source, context))
    if 0 not in bytes(hole.selected.data) or (box == context == layer and 0 not in hole.shape()):
        raise UsageError(
            tr(
                "All of the layer '{layer}' is to be filled, so there is nothing to fill it from. "
                "Select less, or grow the selection less."
            ).format(layer=source.name)
        )
    return hole
