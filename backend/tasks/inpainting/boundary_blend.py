"""How copies come out of a hole's edge: mixed with the smooth fill where they fit badly there.

At its outermost pixels a hole's edge foretells what comes. Where the copies, carried on over the
edge, bring what is known there, they are left alone: a pattern goes on as it is. Where they do not,
as with grain, the next pixel is nearer to the surface that its neighbours span than to any copy.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .pyramid import Canvas, box_around, erode

SHARES = (1.0, 0.5)  # at most, of the smooth fill in the outermost pixels and in the next
AROUND_PX = 5  # side of the window in which misfit and roughness are looked at
ROUGHNESS_WEIGHT = 0.2  # so that a misfit of a fifth of the roughness counts half
LEAST_MISFIT = 1e-6  # squared: below a quarter of a step of 1/255 there is nothing to mend


def ease(
    canvas: Canvas, fill: torch.Tensor, smooth: torch.Tensor, missed: torch.Tensor
) -> torch.Tensor:
    """The fill (1, 3, H, W), coming out of the smooth one as far as it fits badly.

    missed (1, 3, H, W): by how much the copies miss known pixels beside the hole, NaN where they
    say nothing.
    """
    box = box_around(canvas.hole, margin=AROUND_PX // 2 + 1)
    hole, part = canvas.hole[box], fill[box]
    misfit = _mean_around(missed[box].square().mean(1, keepdim=True))
    roughness = _roughness(torch.where(hole, torch.nan, canvas.image[box]))
    share = misfit / (misfit + ROUGHNESS_WEIGHT * roughness + LEAST_MISFIT)
    inside = hole.to(fill.dtype)
    for most in SHARES:
        within = erode(inside)
        part = part + most * share * (inside - within) * (smooth[box] - part)
        inside = within
    result = fill.clone()
    result[box] = part
    return result


def _roughness(known: torch.Tensor) -> torch.Tensor:
    """Mean squared step between neighbours around each place, (1, 1, H, W); known (1, 3, H, W) is
    NaN where nothing is known.
    """
    down, right = (known.diff(dim=dim).square().mean(1, keepdim=True) for dim in (-2, -1))
    down, right = F.pad(down, (0, 0, 0, 1), value=torch.nan), F.pad(right, (0, 1), value=torch.nan)
    return (_mean_around(down) + _mean_around(right)) / 2


def _mean_around(values: torch.Tensor) -> torch.Tensor:
    """Means over the window around each place of what is not NaN there; 0 where all is."""
    known = (~values.isnan()).to(values.dtype)
    total, count = (
        F.avg_pool2d(part, AROUND_PX, stride=1, padding=AROUND_PX // 2)
        for part in (values.nan_to_num(0.0), known)
    )
    return torch.where(count > 0, total / count.clamp(min=1e-6), 0.0)
