"""Which tuning blocks a setting of the dials uses, and by how much each of them is added."""

from __future__ import annotations

from dataclasses import dataclass

from ...nets.architectures import HIGHER, LOWER
from ...packs import Manifest
from ..engine import Alphas, Floats
from .dynamic_graph import Block


@dataclass(frozen=True)
class TurnedBlock:
    """number: what the block's output is multiplied by. map: (H, W) of any size, by which the
    number is multiplied place by place, or None; is_clipped: what of that is below 0 counts as 0.
    """

    block: Block
    number: float
    map: Floats | None = None
    is_clipped: bool = False


def turned_blocks(manifest: Manifest, alphas: Alphas, tap: str) -> list[TurnedBlock]:
    """At one tap, in the dials' order. Raises KeyError for a dial that the pack has not."""
    index = manifest.architecture.taps.index(tap)
    turned = []
    for dial, alpha in alphas.items():
        spec = manifest.dial(dial)
        if spec is None:
            raise KeyError(dial)
        number = alpha.at_tap(index)
        if tap not in spec.taps or number == 0:
            continue
        if not spec.dual:
            turned.append(TurnedBlock(Block(dial, HIGHER, tap), number, alpha.map))
            continue
        for side, own in ((HIGHER, number), (LOWER, -number)):
            if _is_anywhere_above_0(own, alpha.map):
                turned.append(TurnedBlock(Block(dial, side, tap), own, alpha.map, is_clipped=True))
    return turned


def _is_anywhere_above_0(number: float, map_: Floats | None) -> bool:
    if map_ is None:
        return number > 0
    return bool((map_ > 0).any() if number > 0 else (map_ < 0).any())
