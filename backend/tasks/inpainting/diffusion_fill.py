"""Smooth surfaces over a hole, fixed at its edge: a membrane, bent like a thin plate near there.

A membrane (the discrete Poisson equation) meets the edge at an angle. A thin plate (the biharmonic
equation) goes on as steeply as the picture comes in, which is nearer to photos, but swings far out
in the middle of large holes. Some rounds of the one after the other have the good of both.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.resampling import bilinear
from .pyramid import Canvas, Flags, box_around

ROUNDS = 60
ROUNDS_LARGE = 20  # where the start is good and rounds are slow
LARGE_PX = 100_000  # pixels in the hole
BEND = 0.6  # of the way to the thin plate's value, each round; rounds no longer settle from 0.63 on


def smooth_fills(levels: list[Canvas]) -> list[Floats]:
    """The hole of each level filled with the surface that its edge spans, (H, W, 3)."""
    surfaces: list[Floats] = []
    membrane = levels[0].image
    for canvas in levels:
        if canvas is not levels[0]:
            larger = bilinear(membrane, canvas.size)
            membrane = np.where(canvas.hole[..., None], larger, canvas.image)
        membrane = relax(membrane, canvas.hole)
        surfaces.append(_bent(membrane, canvas.hole))
    return surfaces


def relax(values: Floats, inside: Flags, *, steps: Floats | None = None) -> Floats:
    """Some Jacobi rounds: inside (H, W), each value (H, W, C) becomes the mean of its neighbours,
    plus a quarter of what `steps` holds there; elsewhere values stay. The picture's own edge is
    free.
    """
    if not inside.any():
        return values
    box = box_around(inside, margin=1)
    part, hole = _bordered(values[box], 1), inside[box]
    share = 1 / _sum_beside(_bordered(np.ones((*hole.shape, 1), np.float32), 1))
    added = None if steps is None else steps[box] * share
    middle = part[1:-1, 1:-1]
    for _ in range(_rounds(hole)):
        mean = _sum_beside(part)
        mean *= share
        if added is not None:
            mean += added
        np.copyto(middle, mean, where=hole[..., None])
    relaxed = values.copy()
    relaxed[box] = middle
    return relaxed


def _bent(values: Floats, inside: Flags) -> Floats:
    """A picture's values inside, some damped rounds towards the thin plate; in [0, 1]."""
    if not inside.any():
        return values
    box = box_around(inside, margin=2)
    part, hole = _bordered(values[box], 2), inside[box]
    middle = part[2:-2, 2:-2]
    for _ in range(_rounds(hole)):
        _repeat_edges(part, 2)
        plate = _find_plate(part)
        plate -= middle
        plate *= np.float32(BEND)
        plate += middle
        np.copyto(middle, plate, where=hole[..., None])
    bent = values.copy()
    bent[box] = np.clip(middle, 0, 1)  # a plate may swing beyond what its edge holds
    return bent


def _sum_beside(part: Floats) -> Floats:
    """(h + 2, w + 2, C) to the sums of each place's four neighbours, (h, w, C)."""
    total: Floats = part[:-2, 1:-1] + part[2:, 1:-1]
    total += part[1:-1, :-2]
    total += part[1:-1, 2:]
    return total


def _find_plate(part: Floats) -> Floats:
    """(h + 4, w + 4, C) to the values (h, w, C) at which a thin plate would be at rest: with the
    eight nearest neighbours at 8 and -2, and the next in rows and columns at -1, in twentieths.
    """
    down = part[:-2] + part[2:]  # centred on rows 1 to h + 2
    plate = down[1:-1, 2:-2] + part[2:-2, 1:-3]
    plate += part[2:-2, 3:-1]
    plate *= np.float32(8)
    corners = down[1:-1, 1:-3] + down[1:-1, 3:-1]
    corners *= np.float32(2)
    plate -= corners
    for beside in (part[:-4, 2:-2], part[4:, 2:-2], part[2:-2, :-4], part[2:-2, 4:]):
        plate -= beside
    plate *= np.float32(1 / 20)
    return plate


def _bordered(values: Floats, px: int) -> Floats:
    """With a border of zeros."""
    return np.pad(values, ((px, px), (px, px), (0, 0)))


def _repeat_edges(part: Floats, px: int) -> None:
    """Fill a border with the values beside it."""
    part[:px], part[-px:] = part[px], part[-px - 1]
    part[:, :px], part[:, -px:] = part[:, px, None], part[:, -px - 1, None]


def _rounds(hole: Flags) -> int:
    return ROUNDS if int(hole.sum()) < LARGE_PX else ROUNDS_LARGE
