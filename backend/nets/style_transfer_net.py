"""The style main net of Dynamic-Net: fast neural style (Johnson et al. 2016) with InstanceNorm and
resize-convolutions. Width 32 is the paper's (32-64-128 channels); 16 is the "lite" net.
"""

from __future__ import annotations

from torch import nn

from .architectures import LAYOUTS, RESIDUAL_BLOCKS
from .dynamic_net import DynamicNet
from .layers import ConvLayer, Denormalise, NarrowConv, Normalise, ResidualBlock, UpsampleConv

SIZE_MULTIPLE = LAYOUTS["style_transfer"].size_multiple  # other sizes are padded by the task


def style_transfer_net(width: int) -> DynamicNet:
    """A fresh net without dials. (B, 3, H, W) RGB in [0, 1], H and W multiples of SIZE_MULTIPLE,
    to the same shape; the output is not clamped.
    """
    half, quarter = 2 * width, 4 * width  # channels at 1/2 and 1/4 of the resolution
    residual = {f"res{i}": ResidualBlock(quarter) for i in range(1, RESIDUAL_BLOCKS + 1)}
    main = nn.ModuleDict(
        {
            "normalise": Normalise(),
            "conv1": ConvLayer(3, width, kernel=9),
            "conv2": ConvLayer(width, half, kernel=3, stride=2),
            "conv3": ConvLayer(half, quarter, kernel=3, stride=2),
            **residual,
            "up1": UpsampleConv(quarter, half),
            "up2": UpsampleConv(half, width),
            "conv_out": NarrowConv(width, 3, kernel=9),
            "denormalise": Denormalise(),
        }
    )
    layout = LAYOUTS["style_transfer"]
    return DynamicNet(main, layout.taps(width), ends_affine=layout.ends_affine)
