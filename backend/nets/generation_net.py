"""The generation main net: DCGAN's generator (Radford et al. 2016,
https://arxiv.org/abs/1511.06434), as the paper takes it for faces (section 4.2).

Its transposed convolutions of kernel 4 and stride 2 are DCGAN's and the paper's. They can leave a
checkerboard (https://distill.pub/2016/deconv-checkerboard/), though with a kernel that is a
multiple of the stride a net can learn to leave none.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .architectures import LATENT_NUMBERS, LAYOUTS
from .dynamic_net import DynamicNet

INITIAL_STD = 0.02  # DCGAN's, of convolutions around 0 and of batch norms' weights around 1
MOMENTUM = 0.1  # by which a batch moves the running statistics
EPS = 1e-5  # packs rely on it


def generation_net(width: int) -> DynamicNet:
    """A fresh net without dials: (B, LATENT_NUMBERS, 1, 1) in [-1, 1] to (B, 3, GENERATED_PX,
    GENERATED_PX) RGB in [0, 1]. In training mode its batch norms use and learn a batch's
    statistics; in eval mode each picture depends on its own numbers alone.
    """
    main = nn.ModuleDict(
        {
            "project": _UpLayer(LATENT_NUMBERS, 8 * width, stride=1, padding=0),
            "up1": _UpLayer(8 * width, 4 * width),
            "up2": _UpLayer(4 * width, 2 * width),
            "up3": _UpLayer(2 * width, width),
            "conv_out": _transposed_convolution(width, 3),
            "picture": _Picture(),
        }
    )
    return DynamicNet(main, LAYOUTS["generation"].taps(width))


class BatchNorm(nn.Module):
    """Affine batch normalisation. mean, variance: running ones, which eval mode uses. As torch's
    own, but all of it is floats that a pack holds.
    """

    mean: torch.Tensor
    variance: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels).normal_(1.0, INITIAL_STD))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(
            x, self.mean, self.variance, self.weight, self.bias, self.training, MOMENTUM, EPS
        )


class _UpLayer(nn.Module):
    """Transposed convolution, batch norm, ReLU: doubles height and width at stride 2; at stride 1
    without padding it makes 4 x 4 of 1 x 1.
    """

    def __init__(self, inputs: int, outputs: int, *, stride: int = 2, padding: int = 1) -> None:
        super().__init__()
        self.conv = _transposed_convolution(inputs, outputs, stride=stride, padding=padding)
        self.norm = BatchNorm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu_(self.norm(self.conv(x)))


class _Picture(nn.Module):
    """DCGAN's tanh, brought from [-1, 1] to [0, 1]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (torch.tanh(x) + 1) / 2


def _transposed_convolution(
    inputs: int, outputs: int, *, stride: int = 2, padding: int = 1
) -> nn.ConvTranspose2d:
    conv = nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False)
    nn.init.normal_(conv.weight, std=INITIAL_STD)
    return conv
