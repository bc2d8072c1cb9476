"""InstanceNorms of a graph that mix in statistics from outside, and give those that they used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine import Floats
from ..norm_statistics import Moments, NormMemory
from .layers import NORM_EPS, Arrays, Node, constant, per_channel
from .runtime import ops


class RememberingNorms:
    """For one graph. Each norm has two inputs, an earlier mean and variance (1, C, 1, 1), and two
    outputs, what it used; one more input, before them, is the share that all mix in.
    """

    def __init__(self) -> None:
        self._share = ops.parameter([1, 1, 1, 1], np.float32)
        self._before: list[Any] = []
        self._used: list[Node] = []
        self.names: list[str] = []

    @property
    def inputs(self) -> list[Any]:
        return [self._share, *self._before]

    @property
    def outputs(self) -> list[Any]:
        return [ops.result(ops.convert(used, np.float32)) for used in self._used]

    def norm(self, x: Node, arrays: Arrays, name: str) -> Node:
        """What layers.normalised gives, with mixed statistics."""
        axes = ops.constant(np.array([2, 3], np.int64))
        mean = ops.reduce_mean(x, axes, True)
        length = ops.reduce_l2(x, axes, True)
        mean_square = ops.divide(ops.multiply(length, length), _places(x, axes))
        variance = ops.relu(ops.subtract(mean_square, ops.multiply(mean, mean)))
        used_mean, used_variance = self._mixed(mean), self._mixed(variance)
        self.names.append(name)
        deviation = ops.sqrt(ops.add(used_variance, constant(NORM_EPS)))
        scale = ops.divide(per_channel(arrays[f"{name}.weight"]), deviation)
        shift = ops.subtract(per_channel(arrays[f"{name}.bias"]), ops.multiply(scale, used_mean))
        return ops.add(ops.multiply(x, scale), shift)

    def _mixed(self, own: Node) -> Node:
        before = ops.parameter([1, own.get_output_partial_shape(0)[1], 1, 1], np.float32)
        self._before.append(before)
        mixed = ops.add(own, ops.multiply(self._share, ops.subtract(before, own)))
        self._used.append(mixed)
        return mixed


def given_values(names: Sequence[str], arrays: Arrays, memory: NormMemory | None) -> list[Floats]:
    """For RememberingNorms.inputs. None: nothing is mixed in."""
    share = np.full((1, 1, 1, 1), 0.0 if memory is None else memory.share, np.float32)
    values = [share]
    for name in names:
        channels = len(arrays[f"{name}.weight"])
        zeros = np.zeros(channels, np.float32)
        moments = (zeros, zeros) if memory is None else memory.before[name]
        values += [moment.reshape(1, channels, 1, 1) for moment in moments]
    return values


def used_statistics(names: Sequence[str], outputs: Sequence[Floats]) -> dict[str, Moments]:
    """Of what the outputs gave, in their order."""
    flat = [output.reshape(-1) for output in outputs]
    return {name: (flat[2 * i], flat[2 * i + 1]) for i, name in enumerate(names)}


def _places(x: Node, axes: Node) -> Node:
    """How many there are in a map, as float32."""
    sides = ops.gather(ops.shape_of(x), axes, ops.constant(np.array(0, np.int64)))
    number = ops.reduce_prod(sides, ops.constant(np.array([0], np.int64)), False)
    return ops.convert(number, np.float32)
