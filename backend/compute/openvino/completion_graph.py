"""The completion net's stages (`nets/completion_net.py`) as OpenVINO's operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...nets.architectures import DILATIONS, FILLS, SLOPE
from .layers import Arrays, Node, constant, convolution, doubled
from .runtime import ops


def completion_stages(main: Arrays) -> dict[str, Callable[[Node], Node]]:
    """By name, in order: each takes a feature map and gives the next one. What a skip connection
    carries is kept between the calls, so they are for one graph, called in order and once.
    """
    kept: list[Node] = []

    def push(x: Node, name: str, stride: int) -> Node:
        kept.append(x)
        return _layer(x, main, f"{name}.layer.conv", stride=stride)

    def join(z: Node, name: str) -> Node:
        joined = ops.concat([doubled(z), kept.pop()], 1)
        return _layer(joined, main, f"{name}.layer.conv")

    def dilated(x: Node, name: str, dilation: int) -> Node:
        return ops.add(x, _layer(x, main, f"{name}.layer.layer.conv", dilation=dilation))

    return {
        "conv1": partial(push, name="conv1", stride=1),
        "conv2": partial(push, name="conv2", stride=2),
        "conv3": partial(push, name="conv3", stride=2),
        **{
            f"dilated{index}": partial(dilated, name=f"dilated{index}", dilation=dilation)
            for index, dilation in enumerate(DILATIONS, start=1)
        },
        "up1": partial(join, name="up1"),
        "up2": partial(join, name="up2"),
        "conv_out": lambda z: convolution(z, main, "conv_out.layer", mode="edge"),
        "compose": lambda z: _mix_inside_the_hole(z, kept.pop()),
    }


def _layer(x: Node, main: Arrays, name: str, *, stride: int = 1, dilation: int = 1) -> Node:
    convolved = convolution(x, main, name, mode="edge", stride=stride, dilation=dilation)
    return ops.prelu(convolved, constant([SLOPE]))


def _mix_inside_the_hole(z: Node, given: Node) -> Node:
    """z (1, 2, H, W): how soft, and which soft fill; given: the fills and the hole."""
    lengths = ops.constant(np.array([3] * len(FILLS) + [1], np.int64))
    channels = ops.constant(np.array(1, np.int64))
    parts = ops.variadic_split(given, channels, lengths)
    detailed, mean, smooth, hole = (parts.output(index) for index in range(len(FILLS) + 1))
    shares = ops.split(ops.clamp(z, 0.0, 1.0), channels, 2)
    softness, smoothness = shares.output(0), shares.output(1)
    soft = ops.add(mean, ops.multiply(smoothness, ops.subtract(smooth, mean)))
    change = ops.multiply(softness, ops.subtract(soft, detailed))
    return ops.add(detailed, ops.multiply(hole, change))
