"""Photos through a net as the backend will run it: with the pack's grain and margin."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch.nn import functional

from dynamic_style.backend.images.grain import add_grain
from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from .config import StyleConfig


class AsSeen:
    """A photo (1, 3, H, W), RGB in [0, 1], H and W multiples of the net's. The result is not
    clamped.
    """

    def __init__(self, photo: torch.Tensor, config: StyleConfig) -> None:
        grain = config.data.grain
        colors = photo[0].permute(1, 2, 0).cpu().contiguous().numpy()
        seen = torch.from_numpy(add_grain(colors, grain)).permute(2, 0, 1)[None]
        self.size = photo.shape[-2], photo.shape[-1]
        self.photo, self.margin = photo, config.pack.margin_px
        mode = "reflect" if self.margin < min(self.size) else "replicate"
        self._seen = functional.pad(seen, (self.margin,) * 4, mode=mode).to(photo.device)

    def run(self, net: DynamicNet, alphas: Mapping[str, Alpha]) -> torch.Tensor:
        (height, width), margin = self.size, self.margin
        output: torch.Tensor = net(self._seen, alphas)
        return output[..., margin : margin + height, margin : margin + width]
