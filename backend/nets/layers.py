"""Convolution layers of the style main net: Johnson et al. 2016 (https://arxiv.org/abs/1603.08155)
with instance normalisation (https://arxiv.org/abs/1607.08022) and resize-convolution upsampling
(https://distill.pub/2016/deconv-checkerboard/). All feature maps are (B, C, H, W) float.
"""

from __future__ import annotations

import torch
from torch import nn

from .phase_convolution import narrow_conv, upsample_conv3

IMAGENET_MEAN = (0.485, 0.456, 0.406)  # RGB, of pictures in [0, 1]
IMAGENET_STD = (0.229, 0.224, 0.225)


class ConvLayer(nn.Sequential):
    """Reflection pad, convolution, then optionally affine InstanceNorm and ReLU.

    Keeps H and W at stride 1 and odd kernels; stride 2 gives ceil(H / 2), ceil(W / 2).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel: int,
        stride: int = 1,
        norm: bool = True,
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            kernel,
            stride,
            padding=kernel // 2,
            padding_mode="reflect",
        )
        if norm:
            self.norm = nn.InstanceNorm2d(out_channels, affine=True)  # eps 1e-5: packs rely on it
        if relu:
            self.relu = nn.ReLU(inplace=True)

    @property
    def has_norm(self) -> bool:
        return "norm" in self._modules

    @property
    def has_relu(self) -> bool:
        return "relu" in self._modules


class ResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), no activation after the sum. Keeps the shape of x."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvLayer(channels, channels, kernel=3)
        self.conv2 = ConvLayer(channels, channels, kernel=3, relu=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = self.conv2(self.conv1(x))
        return change.add_(x)


class UpsampleConv(nn.Module):
    """Nearest-neighbour x2, then a 3x3 ConvLayer: (B, C, H, W) -> (B, C', 2H, 2W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.layer = ConvLayer(in_channels, out_channels, kernel=3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        larger: torch.Tensor = self.layer.relu(self.layer.norm(self.enlarged(x)))
        return larger

    def enlarged(self, x: torch.Tensor) -> torch.Tensor:
        """What comes before norm and activation."""
        return upsample_conv3(x, *_weights(self.layer.conv))


class NarrowConv(nn.Module):
    """Reflection pad and a convolution to few channels, quicker than a ConvLayer's. Keeps H, W."""

    def __init__(self, in_channels: int, out_channels: int, *, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel)  # pads by itself

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return narrow_conv(x, *_weights(self.conv))


class Normalise(nn.Module):
    """RGB in [0, 1] to ImageNet statistics, the range in which the main net works."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        # not persistent: constants of the architecture, never weights of a pack
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / self.std


class Denormalise(Normalise):
    """The inverse of Normalise. The result may leave [0, 1]; whoever shows it clamps it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.std + self.mean


def _weights(convolution: nn.Conv2d) -> tuple[torch.Tensor, torch.Tensor]:
    assert convolution.bias is not None
    return convolution.weight, convolution.bias
