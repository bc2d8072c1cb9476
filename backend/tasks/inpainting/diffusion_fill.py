"""Smooth surfaces over a hole, fixed at its edge: a membrane, bent like a thin plate near there.

A membrane (the discrete Poisson equation) meets the edge at an angle. A thin plate (the biharmonic
equation) goes on as steeply as the picture comes in, which is nearer to photos, but swings far out
in the middle of large holes. Some rounds of the one after the other have the good of both.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from .pyramid import Canvas, Flags, box_around, enlarge_in_hole

ROUNDS = 60
ROUNDS_LARGE = 20  # where the start is good and rounds are slow
LARGE_PX = 100_000  # pixels in the hole
STRIP_BYTES = 1 << 18
BEND = 0.6  # of the way to the thin plate's value, each round; rounds no longer settle from 0.63 on


class SmoothFills:
    """The hole of each level filled with the surface that its edge spans, made when asked for."""

    def __init__(self, levels: list[Canvas]) -> None:
        self._levels = levels
        self._membranes: list[Floats] = []
        self._made: dict[int, Floats] = {}

    def at(self, level: int) -> Floats:
        """(H, W, 3), in [0, 1]."""
        if level not in self._made:
            for canvas in self._levels[len(self._membranes) : level + 1]:
                membrane = canvas.image.copy()
                if self._membranes:
                    enlarge_in_hole(self._membranes[-1], canvas, membrane)
                relax(membrane, canvas.hole)
                self._membranes.append(membrane)
            self._made[level] = _bent(self._membranes[level], self._levels[level].hole)
        return self._made[level]


def relax(values: Floats, inside: Flags, *, steps: Floats | None = None) -> None:
    """Some Jacobi rounds in place: inside (H, W), each value (H, W, C) becomes the mean of its
    neighbours, plus a quarter of what `steps` holds there; elsewhere values stay. The picture's own
    edge is free.
    """
    if not inside.any():
        return
    box = box_around(inside, margin=1)
    part, hole = _bordered(values[box], 1), _for_each_channel(inside[box], values)
    middle, mean = part[1:-1, 1:-1], np.empty_like(values[box])
    _add_beside(_bordered(np.ones_like(mean), 1), mean)
    share = hole / mean  # of each neighbour; 0 where values stay
    fixed = np.where(hole, np.float32(0), middle)
    if steps is not None:
        fixed += steps[box] * share
    for _ in range(_rounds(inside)):
        _add_beside(part, mean)
        mean *= share
        np.add(mean, fixed, out=middle)
    values[box] = middle


def _bent(values: Floats, inside: Flags) -> Floats:
    """A picture's values inside, some damped rounds towards the thin plate; in [0, 1]."""
    if not inside.any():
        return values
    box = box_around(inside, margin=2)
    part = _bordered(values[box], 2)
    share = np.float32(BEND / 20) * _for_each_channel(inside[box], values)
    strips = _strips(share)
    bending = np.empty_like(share[strips[0]])
    before, after = part, np.empty_like(part)
    for _ in range(_rounds(inside)):
        _repeat_edges(before, 2)
        for rows in strips:
            step = bending[: rows.stop - rows.start]
            _find_bending(before[rows.start : rows.stop + 4], step)
            step *= share[rows]
            within = slice(rows.start + 2, rows.stop + 2), slice(2, -2)
            np.add(before[within], step, out=after[within])
        before, after = after, before
    bent: Floats = values.copy()
    bent[box] = np.clip(before[2:-2, 2:-2], 0, 1)  # a plate may swing beyond what its edge holds
    return bent


def _strips(values: Floats) -> list[slice]:
    """Rows (h, w, C) in parts of which a few copies stay in a processor's cache."""
    rows = max(1, STRIP_BYTES // max(1, values[:1].nbytes))
    return [slice(start, min(start + rows, len(values))) for start in range(0, len(values), rows)]


def _add_beside(part: Floats, total: Floats) -> None:
    """total (h, w, C): each place's four neighbours in part (h + 2, w + 2, C), summed."""
    np.add(part[:-2, 1:-1], part[2:, 1:-1], out=total)
    total += part[1:-1, :-2]
    total += part[1:-1, 2:]


def _find_bending(part: Floats, total: Floats) -> None:
    """total (h, w, C): twenty times by how far values (h + 4, w + 4, C) are from where a thin plate
    would be at rest: with the eight nearest neighbours at 8 and -2, and the next ones in rows and
    columns at -1, in twentieths.
    """
    down = part[:-2] + part[2:]  # around rows 1 to h + 2
    np.add(down[1:-1, 2:-2], part[2:-2, 1:-3], out=total)
    total += part[2:-2, 3:-1]
    total *= np.float32(4)
    total -= down[1:-1, 1:-3]
    total -= down[1:-1, 3:-1]
    total *= np.float32(2)
    for beside in (part[:-4, 2:-2], part[4:, 2:-2], part[2:-2, :-4], part[2:-2, 4:]):
        total -= beside
    np.multiply(part[2:-2, 2:-2], np.float32(20), out=down[1:-1, 2:-2])
    total -= down[1:-1, 2:-2]


def _for_each_channel(inside: Flags, values: Floats) -> Flags:
    """(h, w) as (h, w, C): over so short an axis NumPy is slow to repeat a value."""
    return np.repeat(inside[..., None], values.shape[2], axis=2)


def _bordered(values: Floats, px: int) -> Floats:
    """With a border of zeros."""
    return np.pad(values, ((px, px), (px, px), (0, 0)))


def _repeat_edges(part: Floats, px: int) -> None:
    """Fill a border with the values beside it."""
    part[:px], part[-px:] = part[px], part[-px - 1]
    part[:, :px], part[:, -px:] = part[:, px, None], part[:, -px - 1, None]


def _rounds(hole: Flags) -> int:
    return ROUNDS if int(hole.sum()) < LARGE_PX else ROUNDS_LARGE
