"""The nets as golden checks run them: on the CPU, in float32, by the engine that paints there."""

from __future__ import annotations

from collections.abc import Mapping

from ..packs.golden_check import GoldenRun
from ..packs.weights import PackWeights
from .choose_engine import choose_engine
from .engine import DialAlpha, Floats
from .engine_wish import EngineWish


def make_golden_run(weights: PackWeights) -> GoldenRun:
    """The run of a pack's net that a golden check wants."""
    net = choose_engine(EngineWish(precision="float32", device="cpu")).load(weights)

    def run(picture: Floats, alphas: Mapping[str, float]) -> Floats:
        turned = {dial: DialAlpha((alpha,)) for dial, alpha in alphas.items()}
        made: Floats = net.run(picture[0].transpose(1, 2, 0), turned).transpose(2, 0, 1)[None]
        return made

    return run
