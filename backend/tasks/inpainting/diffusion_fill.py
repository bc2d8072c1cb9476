"""Smooth surfaces over a hole, fixed at its edge: a membrane, bent like a thin plate near there.

A membrane (the discrete Poisson equation) meets the edge at an angle. A thin plate (the biharmonic
equation) goes on as steeply as the picture comes in, which is nearer to photos, but swings far out
in the middle of large holes. Some rounds of the one after the other have the good of both.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .pyramid import Canvas, box_around

ROUNDS = 60
ROUNDS_LARGE = 20  # where the start is good and rounds are slow
LARGE_PX = 100_000  # pixels in the hole
BEND = 0.6  # of the way to the thin plate's value, each round; rounds no longer settle from 0.63 on


def smooth_fills(levels: list[Canvas]) -> list[torch.Tensor]:
    """The hole of each level filled with the surface that its edge spans, (1, 3, H, W)."""
    surfaces: list[torch.Tensor] = []
    membrane = levels[0].image
    for canvas in levels:
        if canvas is not levels[0]:
            larger = F.interpolate(membrane, canvas.size, mode="bilinear")
            membrane = torch.where(canvas.hole, larger, canvas.image)
        membrane = relax(membrane, canvas.hole)
        surfaces.append(_bent(membrane, canvas.hole))
    return surfaces


def relax(
    values: torch.Tensor,
    inside: torch.Tensor,
    *,
    steps: torch.Tensor | None = None,
) -> torch.Tensor:
    """Some Jacobi rounds: inside (1, 1, H, W) bool, each value (1, C, H, W) becomes the mean of its
    neighbours, plus a quarter of what `steps` holds there; elsewhere values stay. The picture's own
    edge is free.
    """
    if not bool(inside.any()):
        return values
    box = box_around(inside, margin=1)
    kernel = values.new_tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]])[None, None]
    part, hole = values[box].transpose(0, 1).contiguous(), inside[box]
    share = 1 / F.conv2d(torch.ones_like(part[:1]), kernel, padding=1)
    added = torch.zeros_like(part) if steps is None else steps[box].transpose(0, 1) * share
    for _ in range(_rounds(hole)):
        part = torch.where(hole, F.conv2d(part, kernel, padding=1) * share + added, part)
    relaxed = values.clone()
    relaxed[box] = part.transpose(0, 1)
    return relaxed


def _bent(values: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """A picture's values inside, some damped rounds towards the thin plate; in [0, 1]."""
    if not bool(inside.any()):
        return values
    box = box_around(inside, margin=2)
    away = [[0, 0, -1, 0, 0], [0, -2, 8, -2, 0], [-1, 8, 0, 8, -1]]
    kernel = values.new_tensor([*away, *away[1::-1]])[None, None] / 20
    part, hole = values[box].transpose(0, 1).contiguous(), inside[box]
    for _ in range(_rounds(hole)):
        plate = F.conv2d(F.pad(part, (2, 2, 2, 2), mode="replicate"), kernel)
        part = torch.where(hole, part + BEND * (plate - part), part)
    bent = values.clone()
    bent[box] = part.transpose(0, 1).clamp(0, 1)  # a plate may swing beyond what its edge holds
    return bent


def _rounds(hole: torch.Tensor) -> int:
    return ROUNDS if int(hole.sum()) < LARGE_PX else ROUNDS_LARGE
