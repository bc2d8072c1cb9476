"""How copies come out of a hole's edge: mixed with the smooth fill where they fit badly there.

At its outermost pixels a hole's edge foretells what comes. Where the copies, carried on over the
edge, bring what is known there, they are left alone: a pattern goes on as it is. Where they do not,
as with grain, the next pixel is nearer to the surface that its neighbours span than to any copy.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from .pyramid import Canvas, box_around, erode

SHARES = (1.0, 0.5)  # at most, of the smooth fill in the outermost pixels and in the next
AROUND_PX = 5  # side of the window in which misfit and roughness are looked at
ROUGHNESS_WEIGHT = 0.2  # so that a misfit of a fifth of the roughness counts half
LEAST_MISFIT = 1e-6  # squared: below a quarter of a step of 1/255 there is nothing to mend


def ease(canvas: Canvas, fill: Floats, smooth: Floats, missed: Floats) -> None:
    """Let the fill (H, W, 3) come out of the smooth one, as far as it fits badly.

    missed (H, W, 3): by how much the copies miss known pixels beside the hole, NaN where they say
    nothing.
    """
    box = box_around(canvas.hole, margin=AROUND_PX // 2 + 1)
    hole, part = canvas.hole[box], fill[box]
    misfit = _mean_around(np.square(missed[box]).mean(2))
    known = np.where(hole[..., None], np.float32(np.nan), canvas.image[box])
    roughness = _measure_roughness(known)
    share = misfit / (misfit + ROUGHNESS_WEIGHT * roughness + LEAST_MISFIT)
    inside = hole.astype(np.float32)
    for most in SHARES:
        within = erode(inside)
        rim = most * share * (inside - within)
        part = part + rim[..., None] * (smooth[box] - part)
        inside = within
    fill[box] = part


def _measure_roughness(known: Floats) -> Floats:
    """Mean squared step between neighbours around each place, (H, W); known (H, W, 3) is NaN where
    nothing is known.
    """
    down, right = (np.square(np.diff(known, axis=axis)).mean(2) for axis in (0, 1))
    down = np.pad(down, ((0, 1), (0, 0)), constant_values=np.nan)
    right = np.pad(right, ((0, 0), (0, 1)), constant_values=np.nan)
    roughness = _mean_around(down)
    roughness += _mean_around(right)
    roughness *= np.float32(0.5)
    return roughness


def _mean_around(values: Floats) -> Floats:
    """Means over the window around each place of what is not NaN there; 0 where all is."""
    known = ~np.isnan(values)
    total = _sum_around(np.where(known, values, np.float32(0)))
    count = _sum_around(known.astype(np.float32))
    total /= np.maximum(count, np.float32(1))
    return total


def _sum_around(values: Floats) -> Floats:
    for _ in range(2):
        rows = len(values)
        wide = np.pad(values, ((AROUND_PX // 2, AROUND_PX // 2), (0, 0)))
        total = wide[:rows] + wide[1 : rows + 1]
        for start in range(2, AROUND_PX):
            total += wide[start : start + rows]
        values = np.ascontiguousarray(total.T)
    return values
