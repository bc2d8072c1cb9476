"""A dial's setting: alpha as one number, one number per tap, or either painted as a map.

alpha = 0 is the main net, alpha = 1 the objective that the dial was trained on; below 0 and above 1
it extrapolates (Dynamic-Net, section 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Alpha:
    """numbers: one for all taps, or one per tap in the net's order. map: (H, W) float that
    multiplies them pixel by pixel, of any size (resampled to each tap's size); None: 1 everywhere.
    """

    numbers: tuple[float, ...]
    map: torch.Tensor | None = None

    def at_tap(self, index: int) -> float:
        return self.numbers[index] if len(self.numbers) > 1 else self.numbers[0]

    def map_at(self, index: int, height: int, width: int) -> torch.Tensor:
        """The alpha of every position at one tap, (1, 1, height, width). Needs a map."""
        if self.map is None:
            raise ValueError("this alpha has no map; use at_tap")
        map_ = self.map[None, None]
        if map_.shape[-2:] != (height, width):
            # antialiased, so that a fine map shrinks to its local mean instead of to single pixels
            map_ = F.interpolate(map_, (height, width), mode="bilinear", antialias=True)
        return map_ * self.at_tap(index)

    @property
    def is_zero(self) -> bool:
        return all(number == 0 for number in self.numbers)
