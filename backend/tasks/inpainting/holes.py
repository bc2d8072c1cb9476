"""From a mask to the holes that are filled one by one: grown, feathered, split into blobs, each
with the part of the picture that it is filled from.

Masks are (H, W) float32 in [0, 1]: 0 keeps the picture, 1 replaces it, between it blends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...images.color.icc_profile import Floats
from .pyramid import Array, Flags, Numbers, erode, over_windows

CELLS = 96  # a picture's long side in cells; blobs in neighbouring cells are one
CONTEXT_SHARE = 1.0  # of the hole's long side, on each side of it
MOST_CONTEXT_PX = 1024
ENOUGH_CONTEXT_PX = 64  # for holes that are smaller than that
# For specks less is enough, and time goes with the area: measured, fills are as near to the truth.
SPECK_CONTEXT_PX, SPECK_CONTEXT_SHARE = 12, 4.0
SHARED_CONTEXT_PX = 256  # most on a side of a context that several specks share


@dataclass(frozen=True)
class Crop:
    """Rows top to bottom, columns left to right, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return self.bottom - self.top, self.right - self.left

    def of(self, picture: Array) -> Array:
        """That part of (H, W, ...), a view."""
        part: Array = picture[self.top : self.bottom, self.left : self.right]  # type: ignore[assignment]
        return part


@dataclass(frozen=True)
class Blob:
    """hole: the smallest box around a blob, or around specks that are filled together; count: how
    many. context: the box that they are filled from.
    """

    hole: Crop
    context: Crop
    count: int = 1

    def joined(self, other: Blob) -> Blob:
        """Both as one."""
        hole, context = (
            Crop(
                min(one.top, two.top),
                min(one.left, two.left),
                max(one.bottom, two.bottom),
                max(one.right, two.right),
            )
            for one, two in ((self.hole, other.hole), (self.context, other.context))
        )
        return Blob(hole, context, self.count + other.count)


def grow_and_feather(mask: Floats, *, grow_px: int, feather_px: int) -> Floats:
    """The mask with its edge moved out by grow_px, then falling off inward over feather_px, so that
    nothing beyond the grown mask changes.
    """
    if grow_px:
        mask = over_windows(np.maximum, np.pad(mask, grow_px), 2 * grow_px + 1)
    if feather_px == 0:
        return mask
    inside, depth = (mask > 0).astype(np.float32), np.zeros_like(mask)
    for _ in range(feather_px):
        inside = erode(inside)
        depth += inside
    depth += 1
    depth *= mask
    depth /= np.float32(feather_px + 1)
    return depth


def find_blobs(hole: Flags) -> list[Blob]:
    """The blobs of a hole (H, W), from top left to bottom right; then specks, those that
    lie close together where one context is smaller than theirs apart.
    """
    height, width = hole.shape
    cell = max(1, -(-max(height, width) // CELLS))
    whole = np.pad(hole, ((0, -height % cell), (0, -width % cell)))
    cells = np.logical_or.reduce(whole.reshape(len(whole) // cell, cell, -1, cell), axis=(1, 3))
    blobs = []
    for rows, columns in _find_connected(cells):
        window = Crop(
            min(rows) * cell,
            min(columns) * cell,
            min((max(rows) + 1) * cell, height),
            min((max(columns) + 1) * cell, width),
        )
        box = _tight(hole, window)
        blobs.append(Blob(box, _with_context(box, (height, width))))
    specks = [blob for blob in blobs if _is_speck(blob.hole)]
    large = [blob for blob in blobs if not _is_speck(blob.hole)]
    return large + _sharing_contexts(specks)


def _sharing_contexts(blobs: list[Blob]) -> list[Blob]:
    """Each blob joined to the one before it whose context it makes least larger, if that saves."""
    shared: list[Blob] = []
    boxes = np.zeros((len(blobs), 4), np.int64)  # of the contexts: top, left, bottom, right
    for blob in blobs:
        own = np.array(_corners(blob.context))
        known = boxes[: len(shared)]
        first, last = np.minimum(known[:, :2], own[:2]), np.maximum(known[:, 2:], own[2:])
        union = np.concatenate([first, last], axis=1)
        sides = union[:, 2:] - union[:, :2]
        saved = _areas(known) + _areas(own[None]) - _areas(union)
        saved[(sides > SHARED_CONTEXT_PX).any(1)] = -1
        if len(shared) and int(saved.max()) >= 0:
            best = int(saved.argmax())
            shared[best] = shared[best].joined(blob)
            boxes[best] = union[best]
        else:
            boxes[len(shared)] = own
            shared.append(blob)
    return shared


def _corners(box: Crop) -> tuple[int, int, int, int]:
    return box.top, box.left, box.bottom, box.right


def _areas(boxes: Numbers) -> Numbers:
    """(N, 4) to (N,)."""
    areas: Numbers = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return areas


def _find_connected(cells: Flags) -> Iterator[tuple[list[int], list[int]]]:
    """Rows and columns of the cells of each blob; diagonal neighbours belong together."""
    left = {(y, x) for y, x in np.argwhere(cells).tolist()}
    while left:
        first = min(left)
        left.remove(first)
        blob, edge = [first], [first]
        while edge:
            y, x = edge.pop()
            beside = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= beside
            blob += beside
            edge += beside
        yield [y for y, _ in blob], [x for _, x in blob]


def _tight(hole: Flags, window: Crop) -> Crop:
    """The smallest box around the hole inside a window."""
    part = window.of(hole)
    rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
    return Crop(
        window.top + int(rows[0]),
        window.left + int(columns[0]),
        window.top + int(rows[-1]) + 1,
        window.left + int(columns[-1]) + 1,
    )


def _is_speck(box: Crop) -> bool:
    return SPECK_CONTEXT_PX + SPECK_CONTEXT_SHARE * max(box.size) < ENOUGH_CONTEXT_PX


def _with_context(box: Crop, size: tuple[int, int]) -> Crop:
    long_side = max(box.size)
    least = ENOUGH_CONTEXT_PX
    if _is_speck(box):
        least = int(SPECK_CONTEXT_PX + SPECK_CONTEXT_SHARE * long_side)
    margin = min(max(int(CONTEXT_SHARE * long_side), least), MOST_CONTEXT_PX)
    height, width = size
    return Crop(
        max(0, box.top - margin),
        max(0, box.left - margin),
        min(height, box.bottom + margin),
        min(width, box.right + margin),
    )
