"""A picture with a hole at one size, and the pyramid of its sizes that fills are made on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ...images.color.icc_profile import Floats
from ...images.picture import fill_hidden
from ...images.resampling import enlarged, halved

COARSEST_PX = 16  # no level has a shorter side
PATCH_PX = 7
GUESS_PX = 16  # beside a hole from which a first guess of its colours is made
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Array = TypeVar("Array", bound=npt.NDArray[Any])


@dataclass(frozen=True)
class Canvas:
    """image (H, W, 3) with a first guess in the hole; hole, usable (H, W): what is to be filled,
    and what colours may be taken from.
    """

    image: Floats
    hole: Flags
    usable: Flags

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        height, width = self.hole.shape
        return height, width

    @property
    def pixels(self) -> Floats:
        """(H * W, 3), in the order of index()."""
        pixels: Floats = self.image.reshape(-1, 3)
        return pixels

    @property
    def whole_patches(self) -> Flags:
        """Where a patch fits that is usable in full: (H - 6, W - 6)."""
        return whole_squares(self.usable, PATCH_PX)

    def inside(self, y: Numbers, x: Numbers) -> Flags:
        """Whether places lie in the picture."""
        height, width = self.size
        found: Flags = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        return found

    def index(self, y: Numbers, x: Numbers) -> Numbers:
        """Places as flat indices, the nearest ones for those outside."""
        height, width = self.size
        found = within(y, 0, height - 1)
        found *= width
        found += within(x, 0, width - 1)
        return found

    def may_give(self, y: Numbers, x: Numbers) -> Flags:
        """Whether the colours of places may be taken."""
        height, width = self.size
        at = within(y, -1, height)
        at *= width + 2
        at += within(x, -1, width)
        at += width + 3
        found: Flags = self._bordered_usable.take(at)
        return found

    @cached_property
    def _bordered_usable(self) -> Flags:
        return np.pad(self.usable, 1).ravel()


def within(places: Numbers, low: int, high: int) -> Numbers:
    """Each from low to high; for few of them several times as fast as clip()."""
    found: Numbers = np.maximum(places, low)
    return np.minimum(found, high, out=found)


def enlarge_in_hole(coarser: Floats, canvas: Canvas, finer: Floats) -> None:
    """Write into the hole, in (H, W, C), what a coarser level (h, w, C) has there."""
    box = box_around(canvas.hole, margin=0)
    inside = canvas.hole[box][..., None]
    np.copyto(finer[box], enlarged(coarser, canvas.size, box), where=inside)


def pyramid(finest: Canvas) -> list[Canvas]:
    """From coarse to fine, each half the size of the next. A coarse pixel is in the hole where any
    of its four is; a last row or column that has no partner is left out, unless it is in the hole.
    """
    levels = [finest]
    while min(levels[0].size) >= 2 * COARSEST_PX:
        fine = _without_odd_edges(levels[0])
        known = (~fine.hole).astype(np.float32)
        share = halved(known)
        image = halved(fine.image * known[..., None])
        image /= np.maximum(share, np.float32(0.25))[..., None]
        usable = halved(fine.usable.astype(np.float32)) == 1
        coarse = Canvas(guess_hidden(image, share < 1), share < 1, usable)
        if not coarse.whole_patches.any():
            break
        levels.insert(0, coarse)
    return levels


def guess_hidden(image: Floats, hole: Flags) -> Floats:
    """The image with the colours around it in its hole, so that what it hides has no effect."""
    guessed: Floats = np.array(image, order="C")
    if hole.any():
        box = box_around(hole, margin=GUESS_PX)
        guessed[box] = fill_hidden(guessed[box], (~hole[box]).astype(np.float32))
    return guessed


def _without_odd_edges(canvas: Canvas) -> Canvas:
    """Without a row or column that halving would leave alone, as long as no hole lies there."""
    height, width = canvas.size
    rows = height - (height % 2 if not canvas.hole[-1].any() else 0)
    columns = width - (width % 2 if not canvas.hole[:, -1].any() else 0)
    return Canvas(
        canvas.image[:rows, :columns],
        canvas.hole[:rows, :columns],
        canvas.usable[:rows, :columns],
    )


def whole_squares(usable: Flags, side_px: int) -> Flags:
    """Where a square fits that is usable in full: (H - side + 1, W - side + 1)."""
    if min(usable.shape) < side_px:
        return np.zeros((0, 0), np.bool_)
    return over_windows(np.logical_and, usable, side_px)


def over_windows(combine: np.ufunc, values: Array, side_px: int) -> Array:
    """(H, W) to (H - side + 1, W - side + 1): each square window's minimum, maximum, and the like.
    combine: of two values, the same however often a value comes.
    """
    for _ in range(2):  # rows, then columns
        reach = 1
        while reach < side_px:
            step = min(reach, side_px - reach)
            values = combine(values[:-step], values[step:])
            reach += step
        values = values.T
    return values


def erode(inside: Floats) -> Floats:
    """(H, W) of 0 and 1 without its outermost ones; the picture's own edge is not theirs."""
    return over_windows(np.minimum, np.pad(inside, 1, constant_values=1.0), 3)


def box_around(inside: Flags, *, margin: int) -> tuple[slice, slice]:
    """The hole and so many pixels beside it."""
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )
