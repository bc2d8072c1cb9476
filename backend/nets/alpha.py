"""A dial's setting: alpha as one number, one number per tap, or either painted as a map.

alpha = 0 is the main net, alpha = 1 the objective that the dial was trained on; below 0 and above 1
it extrapolates (Dynamic-Net, section 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class TapAlpha:
    """Alpha at one tap: a number, times a map (H, W) where there is one."""

    number: float
    map: torch.Tensor | None = None

    def resampled_map(self, z: torch.Tensor) -> torch.Tensor:
        """The alpha of every position of z (B, C, H, W): (1, 1, H, W). Needs a map."""
        if self.map is None:
            raise ValueError("this alpha has no map; use its number")
        map_ = self.map[None, None].to(z)
        if map_.shape[-2:] != z.shape[-2:]:
            size = (z.shape[-2], z.shape[-1])
            # antialiased: a fine map shrinks to its local mean instead of to single pixels
            map_ = F.interpolate(map_, size, mode="bilinear", antialias=True)
        return map_ * self.number


@dataclass(frozen=True)
class Alpha:
    """numbers: one for all taps, or one per tap in the net's order. map: (H, W) float that
    multiplies them pixel by pixel, of any size (resampled to each tap's size); None: 1 everywhere.
    """

    numbers: tuple[float, ...]
    map: torch.Tensor | None = None

    def at_tap(self, index: int) -> TapAlpha:
        number = self.numbers[index] if len(self.numbers) > 1 else self.numbers[0]
        return TapAlpha(number, self.map)
