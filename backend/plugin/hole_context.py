"""A hole that is to be filled: how far it reaches once it is grown, and what of the layer travels,
the hole and what is around it. Both as the backend sees it, so that both mean the same pixels.
"""

from __future__ import annotations

from typing import NamedTuple

from ..protocol.errors import UsageError
from .translations import tr

# As backend/tasks/inpainting/holes.py looks around a hole: a crop is filled like the whole picture.
CONTEXT = 1.0  # of the hole's longer side, on each side
LEAST_MARGIN_PX = 64
MOST_MARGIN_PX = 1024
LEAST_SIDE_PX = 256  # nets are trained on pictures of about this size

_WHOLE = bytes(min(value, 1) * 255 for value in range(256))


class Box(NamedTuple):
    """A rectangle in the document's pixels; the left and top edge belong to it."""

    x: int
    y: int
    width: int
    height: int

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def intersected(self, other: Box) -> Box:
        """What both have; an empty box if they do not touch."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Box(x, y, max(0, right - x), max(0, bottom - y))

    def grown(self, margin_px: int) -> Box:
        """Larger on every side, or smaller with a negative margin."""
        return Box(
            self.x - margin_px,
            self.y - margin_px,
            self.width + 2 * margin_px,
            self.height + 2 * margin_px,
        )


def context_box(
    selection_box: Box,
    bounds: Box,
    *,
    grow_px: int = 0,
    feather_px: int = 0,
    context: float = CONTEXT,
) -> Box:
    """The part of bounds (of the layer) to send for a hole with this bounding box, which is grown
    and feathered first. At an edge of bounds the box is moved inwards before it is cut, so that a
    hole in a corner gets as much to look at. Empty if the hole lies outside bounds.
    """
    hole = selection_box.grown(grow_px + feather_px).intersected(bounds)
    if hole.is_empty:
        return Box(bounds.x, bounds.y, 0, 0)
    margin = round(max(hole.width, hole.height) * context)
    margin = min(max(margin, LEAST_MARGIN_PX), MOST_MARGIN_PX)
    x, width = _span(hole.x, hole.width, margin, (bounds.x, bounds.width))
    y, height = _span(hole.y, hole.height, margin, (bounds.y, bounds.height))
    return Box(x, y, width, height)


def grown_mask(data: bytes, width: int, grow_px: int) -> bytes:
    """255 where a square of grow_px around the pixel has anything above 0, else 0. data: one byte
    for each pixel, rows of this width.

    Rows are taken as numbers of one digit for each pixel: shifting and or-ing them is done by the
    processor's words, not pixel by pixel.
    """
    height, inside = len(data) // width, (1 << 8 * width) - 1
    whole = data.translate(_WHOLE)
    rows = [int.from_bytes(whole[y * width : (y + 1) * width], "big") for y in range(height)]
    left, right = list(rows), list(rows)
    for step in _steps(min(grow_px, width)):
        left = [row | (row << 8 * step) & inside for row in left]
        right = [row | row >> 8 * step for row in right]
    up = down = [a | b for a, b in zip(left, right, strict=True)]
    for step in _steps(min(grow_px, height)):
        up = [a | b for a, b in zip(up, up[step:] + [0] * step, strict=True)]
        down = [a | b for a, b in zip(down, [0] * step + down[: height - step], strict=True)]
    return b"".join((a | b).to_bytes(width, "big") for a, b in zip(up, down, strict=True))


def nothing_selected() -> UsageError:
    return UsageError(
        tr("Nothing is selected. Select what is to be filled, with some picture around it.")
    )


def _span(start: int, length: int, margin: int, bounds: tuple[int, int]) -> tuple[int, int]:
    """(start, length) with the margin on both sides and at least LEAST_SIDE_PX, inside bounds."""
    wanted = max(length + 2 * margin, LEAST_SIDE_PX)
    first = start - (wanted - length) // 2
    low, limit = bounds[0], bounds[0] + bounds[1]
    first = max(low, min(first, limit - wanted))
    return first, min(limit, first + wanted) - first


def _steps(reach: int) -> list[int]:
    """Steps in one direction whose sums are all of 0 to reach: 1, 2, 4, …, and what is left."""
    steps, done = [], 0
    while done < reach:
        step = min(done + 1, reach - done)
        steps.append(step)
        done += step
    return steps
