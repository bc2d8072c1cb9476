"""The completion main net: a small U-Net that mixes a hole's first fills.

Of the pix2pix family (Isola et al. 2017, https://arxiv.org/abs/1611.07004), with dilated
convolutions in the middle (Iizuka et al. 2017, https://doi.org/10.1145/3072959.3073659) and no
normalisation. The paper's own net is in a supplement that is not to be had; the objectives and the
dial are the paper's (section 4.3).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd.function import FunctionCtx

from .architectures import DILATIONS, FILLS, LAYOUTS, SLOPE
from .dynamic_net import DynamicNet
from .skip_connections import Carried, PassThrough, PushSkip, State

INPUT_CHANNELS = LAYOUTS["completion"].input_channels
SIZE_MULTIPLE = LAYOUTS["completion"].size_multiple  # other sizes are padded by the task


def completion_net(width: int) -> DynamicNet:
    """A fresh net without dials. (B, 10, H, W), H and W multiples of SIZE_MULTIPLE, to (B, 3, H, W)
    RGB, not clamped. Outside the hole the output is the detailed fill bit for bit; inside, a fresh
    net gives the mean of the fills, since its last convolution starts without weights.
    """
    half, quarter = 2 * width, 4 * width  # channels at 1/2 and 1/4 of the resolution
    dilated = {
        f"dilated{i}": PassThrough(_DilatedBlock(quarter, dilation))
        for i, dilation in enumerate(DILATIONS, start=1)
    }
    main = nn.ModuleDict(
        {
            "conv1": PushSkip(_ConvLayer(INPUT_CHANNELS, width, kernel=5)),
            "conv2": PushSkip(_ConvLayer(width, half, kernel=3, stride=2)),
            "conv3": PushSkip(_ConvLayer(half, quarter, kernel=3, stride=2)),
            **dilated,
            "up1": _UpsampleAndJoin(quarter, half, half),
            "up2": _UpsampleAndJoin(half, width, width),
            "conv_out": PassThrough(_last_convolution(width)),
            "compose": _MixInsideTheHole(),
        }
    )
    return DynamicNet(main, LAYOUTS["completion"].taps(width))


class _ConvLayer(nn.Module):
    """Convolution over repeated borders, then leaky ReLU."""

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            inputs,
            outputs,
            kernel,
            stride,
            padding=dilation * (kernel // 2),
            dilation=dilation,
            padding_mode="replicate",
        )
        # without normalisation, PyTorch's own initial weights let gradients die away with depth
        nn.init.kaiming_normal_(self.conv.weight, a=SLOPE)
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.leaky_relu(self.conv(x), SLOPE)


class _DilatedBlock(nn.Module):
    """x + layer(x): sees `dilation` positions far."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.layer = _ConvLayer(channels, channels, kernel=3, dilation=dilation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = self.layer(x)
        return x + change


class _UpsampleAndJoin(nn.Module):
    """Nearest-neighbour x2, join the newest kept map to it, then a 3x3 layer."""

    def __init__(self, inputs: int, kept: int, outputs: int) -> None:
        super().__init__()
        self.layer = _ConvLayer(inputs + kept, outputs, kernel=3)

    def forward(self, state: Carried) -> Carried:
        larger = F.interpolate(state.z, scale_factor=2.0, mode="nearest")
        joined = torch.cat([larger, state.kept[-1]], dim=1)
        return Carried(self.layer(joined), state.kept[:-1])


class _MixInsideTheHole(nn.Module):
    """The fills, mixed inside the hole: (B, 3, H, W). z (B, 2, H, W), both held in [0, 1]: how
    soft, from the detailed fill to the soft ones; and which soft one, from the mean to the smooth.
    So whatever a dial does, the result lies between the fills: an adversary that may lead beyond
    them learns to paint glitter.
    """

    def forward(self, state: Carried) -> State:
        given = state.kept[-1]
        detailed, mean, smooth = given[:, :-1].chunk(len(FILLS), dim=1)
        held: torch.Tensor = _Held.apply(state.z)  # type: ignore[no-untyped-call]
        softness, smoothness = held.chunk(2, dim=1)
        soft = mean + smoothness * (smooth - mean)
        return detailed + given[:, -1:] * softness * (soft - detailed)


class _Held(torch.autograd.Function):
    """Clamped to [0, 1]. Of gradients beyond, those are kept that lead back: with a plain clamp a
    net that has once gone too far would never return, and with a sigmoid hardly.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, share: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(share)
        return share.clamp(0, 1)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: torch.Tensor) -> torch.Tensor:
        (share,) = ctx.saved_tensors  # type: ignore[attr-defined]
        (gradient,) = gradients
        leads_away = ((share < 0) & (gradient > 0)) | ((share > 1) & (gradient < 0))
        return gradient.masked_fill(leads_away, 0.0)


def _last_convolution(width: int) -> nn.Conv2d:
    conv = nn.Conv2d(width, 2, 3, padding=1, padding_mode="replicate")
    nn.init.zeros_(conv.weight)
    assert conv.bias is not None
    with torch.no_grad():
        conv.bias.copy_(torch.tensor([2 / 3, 1 / 2]))  # all fills alike
    return conv
