"""A picture's colours as what a net takes, and back.

A net's image is a float32 tensor (1, 3, H, W), RGB, in [0, 1], sRGB-encoded; outside of the nets
colours are numpy arrays (H, W, 3), see picture.py.
"""

from __future__ import annotations

import numpy as np
import torch

from .color.icc_profile import Floats


def to_tensor(colors: Floats) -> torch.Tensor:
    """(H, W, 3) to (1, 3, H, W), without a copy where the planes lie apart in memory."""
    planes = np.require(colors.transpose(2, 0, 1), requirements=["C", "W"])
    return torch.from_numpy(planes)[None]


def to_colors(image: torch.Tensor) -> Floats:
    """(1, 3, H, W) on any device to (H, W, 3); shares its memory where that is a processor's."""
    colors: Floats = image[0].permute(1, 2, 0).cpu().numpy()
    return colors
