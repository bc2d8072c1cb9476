"""A selection made into a hole: grown outwards, then blended in from its edge inwards.

Masks here are float32 tensors (1, 1, H, W) in [0, 1]; 1 is filled, 0 stays as it is.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

_DISC_PX = 8  # discs of this radius, one after the other, add up to larger ones
_SIGMAS = 3.0  # how far a Gaussian is summed up


def grow(mask: torch.Tensor, radius_px: int) -> torch.Tensor:
    """The mask with every place as full as the fullest one within radius_px of it."""
    while radius_px > 0:
        step = min(_DISC_PX, radius_px)
        mask = _largest_in_disc(mask, step)
        radius_px -= step
    return mask


def feather(mask: torch.Tensor, width_px: int) -> torch.Tensor:
    """The mask, falling to 0 towards its edges over about width_px. Nowhere more than it was.

    The edges of the picture are none: a hole that reaches over them is full there.
    """
    if width_px <= 0:
        return mask
    sigma = width_px / 2
    reach = min(math.ceil(_SIGMAS * sigma), *(side - 1 for side in mask.shape[-2:]))
    if reach < 1:
        return mask
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = torch.exp(-0.5 * (offsets / sigma) ** 2)
    weights /= weights.sum()
    padded = F.pad(mask, (reach, reach, reach, reach), mode="replicate")
    blurred = F.conv2d(F.conv2d(padded, weights[None, None, None, :]), weights[None, None, :, None])
    # a straight edge is blurred to one half where it lies, so this is 0 there and 1 far inside
    return torch.minimum(mask, (2 * blurred - 1).clamp(0, 1))


def _largest_in_disc(mask: torch.Tensor, radius: int) -> torch.Tensor:
    height = mask.shape[-2]
    largest = mask
    for dy in range(-radius, radius + 1):
        half = math.isqrt(radius * radius - dy * dy)
        rows = F.max_pool2d(mask, (1, 2 * half + 1), stride=1, padding=(0, half))
        if abs(dy) >= height:
            continue
        moved = F.pad(rows, (0, 0, max(0, dy), max(0, -dy)))
        moved = moved[..., :height, :] if dy > 0 else moved[..., -height:, :]
        largest = torch.maximum(largest, moved)
    return largest
