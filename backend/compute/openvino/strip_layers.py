"""The style net's layers for strips, whose sizes are known when their graph is made.

Maps are kept with channels last, since rows of such a map lie together in memory; OpenVINO's
convolutions take theirs with channels first, but in this order inside. So a graph whose inputs are
padded before they are transposed, and that stays with channels first from there on, needs not a
single real transposition. A feature map therefore knows its order here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .layers import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Arrays,
    Node,
    constant,
    convolved_by_blocks,
    transposed_convolution,
    upsampling_kernel,
)
from .runtime import ops

TO_FIRST, TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


@dataclass(frozen=True)
class Map:
    """(1, H, W, C) where channels are last, else (1, C, H, W)."""

    node: Node
    is_last: bool = True

    def ordered(self, *, last: bool) -> Map:
        if last == self.is_last:
            return self
        order = ops.constant(np.array(TO_LAST if last else TO_FIRST, np.int64))
        return Map(ops.transpose(self.node, order), last)


def convolution(x: Map, arrays: Arrays, name: str, *, stride: int = 1) -> Map:
    """Reflection-padded, with its bias; at stride 1 it keeps the size."""
    convolved = convolved_by(x, constant(arrays[f"{name}.weight"]), stride=stride)
    return _biased(convolved, arrays[f"{name}.bias"])


def convolved_by(x: Map, weight: Node, *, stride: int = 1) -> Map:
    """The same without a bias. weight: (C', C, K, K)."""
    padded = _padded(x, weight.shape[-1] // 2, "reflect").ordered(last=False)
    return Map(
        ops.convolution(padded.node, weight, [stride] * 2, [0, 0], [0, 0], [1, 1]), is_last=False
    )


def narrow_convolution(x: Map, arrays: Arrays, name: str) -> Map:
    """As that of layers.py."""
    weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
    padded = _padded(x, weight.shape[-1] // 2, "reflect").ordered(last=False)
    return Map(convolved_by_blocks(padded.node, weight, bias), is_last=False)


def upsample_convolution(x: Map, arrays: Arrays, name: str) -> Map:
    """As that of layers.py."""
    kernel = constant(upsampling_kernel(arrays[f"{name}.weight"]))
    padded = _padded(x, 1, "edge").ordered(last=False)
    convolved = transposed_convolution(padded.node, kernel)
    return _biased(Map(convolved, is_last=False), arrays[f"{name}.bias"])


def tuning_block(z: Map, arrays: Arrays, name: str) -> Map:
    """psi(z): conv-relu-conv-relu-conv."""
    first = relu(convolution(z, arrays, f"{name}.conv1"))
    second = relu(convolution(first, arrays, f"{name}.conv2"))
    return convolution(second, arrays, f"{name}.conv3")


def scaled(x: Map, scale: npt.ArrayLike, shift: npt.ArrayLike) -> Map:
    """x * scale + shift, each of which has one number for a channel."""
    shape = (1, 1, 1, -1) if x.is_last else (1, -1, 1, 1)
    return scaled_by(x, *(constant(np.reshape(numbers, shape)) for numbers in (scale, shift)))


def scaled_by(x: Map, scale: Node, shift: Node) -> Map:
    """The same; both as the order of x has them."""
    return Map(ops.add(ops.multiply(x.node, scale), shift), x.is_last)


def relu(x: Map) -> Map:
    return Map(ops.relu(x.node), x.is_last)


def added(x: Map, y: Map) -> Map:
    """In the order of x."""
    return Map(ops.add(x.node, y.ordered(last=x.is_last).node), x.is_last)


def multiplied(x: Map, y: Map) -> Map:
    """In the order of x; y may have one channel."""
    return Map(ops.multiply(x.node, y.ordered(last=x.is_last).node), x.is_last)


def imagenet_normalised(x: Map) -> Map:
    """RGB in [0, 1] to the range in which the style net works."""
    scale = 1 / np.array(IMAGENET_STD)
    return scaled(x, scale, -np.array(IMAGENET_MEAN) * scale)


def imagenet_denormalised(x: Map) -> Map:
    return scaled(x, IMAGENET_STD, IMAGENET_MEAN)


def _padded(x: Map, radius: int, mode: str) -> Map:
    around = [0, radius, radius, 0] if x.is_last else [0, 0, radius, radius]
    edges = ops.constant(np.array(around, np.int64))
    return Map(ops.pad(x.node, edges, edges, mode), x.is_last)


def _biased(convolved: Map, bias: npt.NDArray[np.float32]) -> Map:
    return Map(ops.add(convolved.node, constant(bias.reshape(1, -1, 1, 1))), is_last=False)
