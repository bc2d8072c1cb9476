"""Smooth surfaces over a hole: the discrete Poisson equation, fixed at the hole's edge."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .canvas import Canvas

ROUNDS = 60
ROUNDS_LARGE = 20  # where the start is good and rounds are slow
LARGE_PX = 100_000  # pixels in the hole


def smooth_fill(levels: list[Canvas]) -> torch.Tensor:
    """The hole of the last level filled with the surface that its edge spans, (1, 3, H, W)."""
    filled = levels[0].image
    for canvas in levels:
        if canvas is not levels[0]:
            larger = F.interpolate(filled, canvas.size, mode="bilinear")
            filled = torch.where(canvas.hole, larger, canvas.image)
        filled = relax(filled, canvas.hole)
    return filled


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
    box = _box_around(inside)
    kernel = values.new_tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]])[None, None]
    part, hole = values[box].transpose(0, 1).contiguous(), inside[box]
    share = 1 / F.conv2d(torch.ones_like(part[:1]), kernel, padding=1)
    added = torch.zeros_like(part) if steps is None else steps[box].transpose(0, 1) * share
    for _ in range(ROUNDS if int(hole.sum()) < LARGE_PX else ROUNDS_LARGE):
        part = torch.where(hole, F.conv2d(part, kernel, padding=1) * share + added, part)
    relaxed = values.clone()
    relaxed[box] = part.transpose(0, 1)
    return relaxed


def _box_around(inside: torch.Tensor) -> tuple[slice, slice, slice, slice]:
    """The hole and the pixels beside it."""
    rows, columns = inside[0, 0].any(1).nonzero(), inside[0, 0].any(0).nonzero()
    return (
        slice(None),
        slice(None),
        slice(max(0, int(rows[0]) - 1), int(rows[-1]) + 2),
        slice(max(0, int(columns[0]) - 1), int(columns[-1]) + 2),
    )
