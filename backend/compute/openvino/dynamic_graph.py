"""The graph of a Dynamic-Net: its main net, and the tuning blocks of the dials that are turned.

z = z0 + sum of alpha * psi(z0) before each tap, as `nets/dynamic_net.py` has it. Each alpha is an
input of its own, (1, 1, 1, 1) for a number or (1, 1, h, w) for a map of the tap's size, so that one
graph serves every setting of the same blocks. Blocks whose alpha is 0 are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ...nets.architectures import LAYOUTS
from ...packs.weights import PackWeights
from .completion_graph import completion_stages
from .generation_graph import generation_stages
from .layers import Arrays, Node, tuning_block
from .remembering_norms import RememberingNorms
from .runtime import ops, ov
from .style_transfer_graph import style_transfer_stages

STAGES: dict[str, Callable[[Arrays], dict[str, Callable[[Node], Node]]]] = {
    "style_transfer": style_transfer_stages,
    "completion": completion_stages,
    "generation": generation_stages,
}


class Block(NamedTuple):
    """One tuning block of a pack. side: "higher" or "lower"."""

    dial: str
    side: str
    tap: str


def build_graph(
    weights: PackWeights, blocks: Iterable[Block], norms: RememberingNorms | None = None
) -> Any:
    """An openvino.Model of the main net and those blocks, in which dials are added in the blocks'
    order. Inputs: what the net takes, (1, C, H, W) float32, then one alpha for each block. norms:
    those of a style net, with inputs and outputs of their own behind the others.
    """
    blocks = tuple(blocks)
    architecture = weights.manifest.architecture
    channels = LAYOUTS[architecture.name].input_channels
    picture = ops.parameter([1, channels, -1, -1], np.float32)
    alphas = {block: ops.parameter([1, 1, -1, -1], np.float32) for block in blocks}
    h: Node = picture
    if norms is None:
        stages = STAGES[architecture.name](weights.main)
    else:
        stages = style_transfer_stages(weights.main, norms.norm)
    for name, stage in stages.items():
        turned = h
        for block in blocks:
            if block.tap == name:
                psi = tuning_block(h, weights.dials[block.dial], f"{block.side}.{block.tap}")
                turned = ops.add(turned, ops.multiply(psi, alphas[block]))
        h = stage(turned)
    results, inputs = [ops.result(h)], [picture, *alphas.values()]
    if norms is not None:
        results, inputs = results + norms.outputs, inputs + norms.inputs
    return ov.Model(results, inputs, weights.manifest.id)
