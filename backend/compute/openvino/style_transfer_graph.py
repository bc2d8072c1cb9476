"""The style net's stages (`nets/style_transfer_net.py`) as OpenVINO's operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...nets.architectures import RESIDUAL_BLOCKS
from .layers import (
    Arrays,
    Node,
    Norm,
    convolution,
    imagenet_denormalised,
    imagenet_normalised,
    narrow_convolution,
    normalised,
    upsample_convolution,
)
from .runtime import ops


def style_transfer_stages(
    main: Arrays, norm: Norm = normalised
) -> dict[str, Callable[[Node], Node]]:
    """By name, in order: each takes a feature map and gives the next one. norm: InstanceNorm."""
    residual = {
        f"res{index}": partial(_residual, main=main, name=f"res{index}", norm=norm)
        for index in range(1, RESIDUAL_BLOCKS + 1)
    }
    return {
        "normalise": imagenet_normalised,
        "conv1": partial(_layer, main=main, name="conv1", norm=norm),
        "conv2": partial(_layer, main=main, name="conv2", norm=norm, stride=2),
        "conv3": partial(_layer, main=main, name="conv3", norm=norm, stride=2),
        **residual,
        "up1": partial(_enlarged, main=main, name="up1.layer", norm=norm),
        "up2": partial(_enlarged, main=main, name="up2.layer", norm=norm),
        "conv_out": lambda x: narrow_convolution(x, main, "conv_out.conv"),
        "denormalise": imagenet_denormalised,
    }


def _layer(x: Node, *, main: Arrays, name: str, norm: Norm, stride: int = 1) -> Node:
    return ops.relu(_normed(x, main=main, name=name, norm=norm, stride=stride))


def _enlarged(x: Node, *, main: Arrays, name: str, norm: Norm) -> Node:
    larger = upsample_convolution(x, main, f"{name}.conv")
    return ops.relu(norm(larger, main, f"{name}.norm"))


def _normed(x: Node, *, main: Arrays, name: str, norm: Norm, stride: int = 1) -> Node:
    convolved = convolution(x, main, f"{name}.conv", mode="reflect", stride=stride)
    return norm(convolved, main, f"{name}.norm")


def _residual(x: Node, *, main: Arrays, name: str, norm: Norm) -> Node:
    inner = _layer(x, main=main, name=f"{name}.conv1", norm=norm)
    return ops.add(_normed(inner, main=main, name=f"{name}.conv2", norm=norm), x)
