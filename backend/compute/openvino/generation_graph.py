"""The generation net's stages (`nets/generation_net.py`) as OpenVINO's operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from .layers import NORM_EPS, Arrays, Node, constant, per_channel
from .runtime import ops


def generation_stages(main: Arrays) -> dict[str, Callable[[Node], Node]]:
    """By name, in order: each takes a feature map and gives the next one."""
    return {
        "project": partial(_up_layer, main=main, name="project", stride=1, padding=0),
        "up1": partial(_up_layer, main=main, name="up1"),
        "up2": partial(_up_layer, main=main, name="up2"),
        "up3": partial(_up_layer, main=main, name="up3"),
        "conv_out": lambda x: _transposed(x, main, "conv_out", stride=2, padding=1),
        "picture": lambda x: ops.multiply(ops.add(ops.tanh(x), constant(1.0)), constant(0.5)),
    }


def _up_layer(x: Node, *, main: Arrays, name: str, stride: int = 2, padding: int = 1) -> Node:
    enlarged = _transposed(x, main, f"{name}.conv", stride=stride, padding=padding)
    return ops.relu(_batch_normed(enlarged, main, f"{name}.norm"))


def _transposed(x: Node, main: Arrays, name: str, *, stride: int, padding: int) -> Node:
    return ops.convolution_backprop_data(
        x,
        constant(main[f"{name}.weight"]),
        [stride, stride],
        pads_begin=[padding, padding],
        pads_end=[padding, padding],
        dilations=[1, 1],
        auto_pad="explicit",
    )


def _batch_normed(x: Node, main: Arrays, name: str) -> Node:
    """By the running statistics: a multiplication and an addition for each channel."""
    with np.errstate(invalid="ignore"):  # of a variance that is none, there is no picture either
        deviation = np.sqrt(main[f"{name}.variance"] + np.float32(NORM_EPS))
    scale = main[f"{name}.weight"] / deviation
    shift = main[f"{name}.bias"] - main[f"{name}.mean"] * scale
    return ops.add(ops.multiply(x, per_channel(scale)), per_channel(shift))
