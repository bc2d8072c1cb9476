"""The paper's tuning block psi (Dynamic-Net, ICCV 2019, section 3): conv-relu-conv-relu-conv."""

from __future__ import annotations

import torch
from torch import nn

RADIUS = 3  # pixels on each side that an offset depends on


class TuningBlock(nn.Module):
    """Three reflection-padded 3x3 convolutions of constant width. (B, C, H, W) -> the same shape.

    With zero_init the last convolution starts at zero, so that training starts at the main net.
    """

    def __init__(self, channels: int, *, zero_init: bool = True) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = (
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(3)
        )
        if zero_init:
            nn.init.zeros_(self.conv3.weight)
            if self.conv3.bias is not None:
                nn.init.zeros_(self.conv3.bias)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        offset: torch.Tensor = self.conv3(torch.relu_(self.conv2(torch.relu_(self.conv1(z)))))
        return offset
