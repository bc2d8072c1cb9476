"""The layers of the nets as OpenVINO's operations; `nets/layers.py` has the same in torch.

Feature maps are (1, C, H, W) with dynamic height and width. A layer takes its parameters from the
pack's arrays, by the name that they have in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .runtime import ops

Node = Any  # openvino.Node, whose stubs do not name what its operations return
Arrays = Mapping[str, npt.NDArray[np.float32]]

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
    return ops.add(convolved, _per_channel(bias))


def normalised(x: Node, arrays: Arrays, name: str) -> Node:
    """Affine InstanceNorm."""
    axes = ops.constant(np.array([2, 3], np.int64))
    normed = ops.mvn(x, axes, True, NORM_EPS, "inside_sqrt")
    scaled = ops.multiply(normed, _per_channel(arrays[f"{name}.weight"]))
    return ops.add(scaled, _per_channel(arrays[f"{name}.bias"]))


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
    return ops.divide(ops.subtract(x, _per_channel(IMAGENET_MEAN)), _per_channel(IMAGENET_STD))


def imagenet_denormalised(x: Node) -> Node:
    return ops.add(ops.multiply(x, _per_channel(IMAGENET_STD)), _per_channel(IMAGENET_MEAN))


def _per_channel(values: object) -> Node:
    return constant(np.asarray(values, np.float32).reshape(1, -1, 1, 1))
