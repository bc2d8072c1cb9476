"""How large the strokes are that a net has laid over a photo, as an eye would say."""

from __future__ import annotations

import itertools
import math

import torch
from torch.nn import functional

FINEST_PX, BANDS = 0.7, 10  # standard deviation of the narrowest blur; each next is sqrt(2) wider
SPACING = math.sqrt(8) * math.pi / 2  # a wave's length per deviation of the band that shows it most


def measure_stroke_spacing(image: torch.Tensor, photo: torch.Tensor) -> float:
    """Pixels from stroke to stroke in what a net has added to a photo, both (1, 3, H, W) RGB in
    [0, 1]: the middle, on a logarithmic scale, of the sizes at which there is more detail than in
    the photo. A picture painted at half the size and enlarged has twice the spacing, nearly. 0
    where nothing is added.
    """
    added = (_measure_detail(image) - _measure_detail(photo)).clamp(min=0).sum(dim=0)
    if not added.sum() > 0:
        return 0.0
    deviations = FINEST_PX * 2 ** (0.25 + torch.arange(BANDS) / 2)
    middle = (added * deviations.log()).sum() / added.sum()
    return float(middle.exp()) * SPACING


def _split_colors(image: torch.Tensor) -> torch.Tensor:
    """(1, 3, H, W) RGB -> (3, 1, H, W): brightness, and by how much red and blue differ from it."""
    red, green, blue = image[0].cpu().float().clamp(0, 1)
    bright = 0.299 * red + 0.587 * green + 0.114 * blue  # Rec. 601 luma
    return torch.stack([bright, red - bright, blue - bright])[:, None]


def _measure_detail(image: torch.Tensor) -> torch.Tensor:
    """(3, BANDS): mean square of the difference of each blur from the next wider one."""
    colors = _split_colors(image)
    blurred = [_blur(colors, FINEST_PX * 2 ** (i / 2)) for i in range(BANDS + 1)]
    steps = [(a - b).square().mean(dim=(1, 2, 3)) for a, b in itertools.pairwise(blurred)]
    return torch.stack(steps, dim=1)


def _blur(planes: torch.Tensor, deviation: float) -> torch.Tensor:
    """A Gaussian blur of (N, 1, H, W)."""
    reach = math.ceil(3 * deviation)
    kernel = torch.exp(-torch.arange(-reach, reach + 1).square() / (2 * deviation**2))
    kernel = (kernel / kernel.sum())[None, None, None]
    padded = functional.pad(planes, (reach,) * 4, mode="replicate")
    return functional.conv2d(functional.conv2d(padded, kernel), kernel.mT)
