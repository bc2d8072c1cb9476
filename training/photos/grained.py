"""Photos as a net sees them that was trained with grain."""

from __future__ import annotations

import numpy as np
import torch

from dynamic_style.backend.images.grain import add_grain


def with_grain(photo: torch.Tensor, deviation: float) -> torch.Tensor:
    """(1, 3, H, W) RGB in [0, 1] on the CPU, with the noise that the backend adds to a picture of
    that size.
    """
    if not deviation:
        return photo
    colors = np.ascontiguousarray(photo[0].permute(1, 2, 0).numpy())
    return torch.from_numpy(add_grain(colors, deviation)).permute(2, 0, 1)[None]
