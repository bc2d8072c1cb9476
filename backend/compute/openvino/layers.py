"""The layers of the nets as OpenVINO's operations; `nets/layers.py` has the same in torch.

Feature maps are (1, C, H, W) with dynamic height and width. A layer takes its parameters from the
pack's arrays, by the name that they have in its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .runtime import ops

Node = Any  # openvino.Node, whose stubs do not name what its operations return
Arrays = Mapping[str, npt.NDArray[np.float32]]
Norm = Callable[[Node, Arrays, str], Node]  # a map and the norm's parameters, by its name

NORM_EPS = 1e-5  # of InstanceNorm: packs rely on it
IMAGENET_MEAN = (0.485, 0.456, 0.406)  # RGB, of pictures in [0, 1]
IMAGENET_STD = (0.229, 0.224, 0.225)


def constant(values: object) -> Node:
    """float32."""
    return ops.constant(np.asarray(values, np.float32))


def pad(x: Node, radius: int, mode: str) -> Node:
    """By `radius` on all sides. mode: "reflect", or "edge", which torch calls replicate."""
    around = np.array([0, 0, radius, radius], np.int64)
    return ops.pad(x, ops.constant(around), ops.constant(around), mode)


def convolution(
    x: Node, arrays: Arrays, name: str, *, mode: str, stride: int = 1, dilation: int = 1
) -> Node:
    """A convolution with its bias, padded so that at stride 1 it keeps the size."""
    weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
    padded = pad(x, dilation * (weight.shape[-1] // 2), mode)
    convolved = ops.convolution(
        padded, constant(weight), [stride, stride], [0, 0], [0, 0], [dilation, dilation]
    )
    return ops.add(convolved, per_channel(bias))


def upsample_convolution(x: Node, arrays: Arrays, name: str) -> Node:
    """Nearest-neighbour x2, then the 3x3 convolution of that name, reflection-padded: in less than
    half the multiplications, and without the enlarged map. Reflecting a doubled border pixel gives
    the same pixel again: before it is doubled, a replication.
    """
    kernel = constant(upsampling_kernel(arrays[f"{name}.weight"]))
    convolved = transposed_convolution(pad(x, 1, "edge"), kernel)
    return ops.add(convolved, per_channel(arrays[f"{name}.bias"]))


def upsampling_kernel(weight: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Of a transposed convolution of stride 2, (C, C', 4, 4), that does what doubling every pixel
    and a convolution with weight (C', C, 3, 3) do: one pixel reaches 4x4 places.
    """
    reached = np.zeros((*weight.shape[:2], 4, 4), np.float32)
    for down in (0, 1):
        for across in (0, 1):
            reached[..., down : down + 3, across : across + 3] += weight[..., ::-1, ::-1]
    return np.ascontiguousarray(reached.swapaxes(0, 1))


def transposed_convolution(padded: Node, kernel: Node) -> Node:
    """Of stride 2, for upsampling_kernel(): of a map with one more pixel on each side."""
    cut = [3, 3]
    return ops.convolution_backprop_data(
        padded,
        kernel,
        [2, 2],
        pads_begin=cut,
        pads_end=cut,
        dilations=[1, 1],
        auto_pad="explicit",
    )


def narrow_convolution(x: Node, arrays: Arrays, name: str) -> Node:
    """A reflection-padded convolution to few channels, such as the three of a picture, of a map
    with even sides: in a third of the time of one that gives a pixel at once.
    """
    weight = arrays[f"{name}.weight"]
    padded = pad(x, weight.shape[-1] // 2, "reflect")
    return convolved_by_blocks(padded, weight, arrays[f"{name}.bias"])


def convolved_by_blocks(
    padded: Node, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]
) -> Node:
    """2x2 pixels of the result at once, as channels of one convolution of stride 2 whose kernel is
    one larger, and then laid out as pixels: processors compute 8 or 16 channels at a time.
    """
    around = ((0, 0), (0, 0))
    shifted = [
        np.pad(weight, (*around, (down, 1 - down), (across, 1 - across)))
        for down in (0, 1)
        for across in (0, 1)
    ]
    kernel = np.stack(shifted, 1).reshape(-1, *shifted[0].shape[1:])
    blocks = ops.convolution(padded, constant(kernel), [2, 2], [0, 0], [0, 0], [1, 1])
    biased = ops.add(blocks, per_channel(np.repeat(bias, len(shifted))))
    return ops.depth_to_space(biased, "depth_first", 2)


def normalised(x: Node, arrays: Arrays, name: str) -> Node:
    """Affine InstanceNorm."""
    axes = ops.constant(np.array([2, 3], np.int64))
    normed = ops.mvn(x, axes, True, NORM_EPS, "inside_sqrt")
    scaled = ops.multiply(normed, per_channel(arrays[f"{name}.weight"]))
    return ops.add(scaled, per_channel(arrays[f"{name}.bias"]))


def doubled(x: Node) -> Node:
    """Nearest-neighbour x2."""
    scales = ops.constant(np.array([2.0, 2.0], np.float32))
    axes = ops.constant(np.array([2, 3], np.int64))
    return ops.interpolate(
        x, scales, "nearest", "scales", [0], [0], "asymmetric", "floor", False, -0.75, axes
    )


def tuning_block(z: Node, arrays: Arrays, name: str) -> Node:
    """psi(z): conv-relu-conv-relu-conv, reflection-padded."""
    first = ops.relu(convolution(z, arrays, f"{name}.conv1", mode="reflect"))
    second = ops.relu(convolution(first, arrays, f"{name}.conv2", mode="reflect"))
    return convolution(second, arrays, f"{name}.conv3", mode="reflect")


def imagenet_normalised(x: Node) -> Node:
    """RGB in [0, 1] to the range in which the style net works."""
    return ops.divide(ops.subtract(x, per_channel(IMAGENET_MEAN)), per_channel(IMAGENET_STD))


def imagenet_denormalised(x: Node) -> Node:
    return ops.add(ops.multiply(x, per_channel(IMAGENET_STD)), per_channel(IMAGENET_MEAN))


def per_channel(values: object) -> Node:
    """(C,) as (1, C, 1, 1)."""
    return constant(np.asarray(values, np.float32).reshape(1, -1, 1, 1))
