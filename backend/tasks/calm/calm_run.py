"""The frames of a clip one after the other, each with a past (the folder's __init__ says why).

A past begins anew with each chain. A frame may lie in two of them, where one ends and the next has
begun; then it is a mixture of what both make of it. Nothing but a chain's frames has an effect on
it, so that whoever makes a chain from its first frame on makes the same, to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...compute.engine import Alphas
from ...compute.norm_statistics import NormMemory, NormStatistics
from ...images.color.icc_profile import Floats
from ...images.resampling import bicubic
from ..stylize_run import StylizePlan
from .moving_window import MovingWindow
from .optical_flow import Motion, estimate_motion, opencv

MOST_SHARE = 0.9  # of the last result, at a calm of 1; with all of it nothing new would come in
LAG = 0.05  # of alpha: a result stays behind a moving dial by about as much and no more
CUT = 0.2  # of the places: where fewer are found again, another scene begins
# Mixing strokes that do not quite meet makes them faint. So what is finer than DETAIL_PX is made as
# strong again as the net laid it, over an area of AREA_PX, and by no more than MOST_GAIN.
DETAIL_PX, AREA_PX, MOST_GAIN = 2.0, 8.0, 1.3
TINY = 1e-6


@dataclass(frozen=True)
class _Past:
    """After a frame. result: (h, w, 3) at the working size."""

    result: Floats
    statistics: NormStatistics
    window: MovingWindow
    alphas: Alphas


class CalmRun:
    """calm: in [0, 1]."""

    def __init__(self, calm: float) -> None:
        self._share = MOST_SHARE * calm
        self._seen: Floats | None = None  # the frame before, at the working size
        self._pasts: dict[int, _Past] = {}

    def step(self, plan: StylizePlan, colors: Floats, chains: Mapping[int, float]) -> Floats | None:
        """Go on by a frame in each of the chains; those that are not named end. chains: how much of
        the frame is to be as each of them has it. Returns the frame (H, W, 3) in [0, 1]; None where
        no chain has a share in it.
        """
        small = bicubic(colors, plan.working)
        pasts = {chain: past for chain, past in self._pasts.items() if chain in chains}
        motion = None
        if pasts and self._seen is not None:
            motion = estimate_motion(self._seen, small)
            if motion is not None and motion.found < CUT:
                motion = None
        self._pasts = {
            chain: self._advance(plan, small, pasts.get(chain), motion) for chain in chains
        }
        self._seen = small
        shown = [(share, self._pasts[chain].result) for chain, share in chains.items() if share]
        if not shown:
            return None
        mixed = sum(np.float32(share) * result for share, result in shown)
        return plan.finish(colors, np.asarray(mixed, np.float32))

    def _advance(
        self, plan: StylizePlan, small: Floats, before: _Past | None, motion: Motion | None
    ) -> _Past:
        if before is None or motion is None:
            window = MovingWindow()
            made, statistics = _made(plan, small, window, None)
            return _Past(made, statistics, window, plan.alphas)
        share = min(self._share, LAG / (LAG + _difference(before.alphas, plan.alphas)))
        window = before.window.moved(motion.drift)
        memory = NormMemory(before.statistics, share * motion.found)
        made, statistics = _made(plan, small, window, memory)
        weights = np.float32(share) * motion.weights()[..., None]
        mixed = made + weights * (motion.carry(before.result) - made)
        return _Past(_as_strong_as(made, mixed), statistics, window, plan.alphas)


def _made(
    plan: StylizePlan, small: Floats, window: MovingWindow, memory: NormMemory | None
) -> tuple[Floats, NormStatistics]:
    made, statistics = plan.run_remembering(window.look(small, grain=plan.grain), memory)
    return window.put_back(made), statistics


def _as_strong_as(made: Floats, mixed: Floats) -> Floats:
    """mixed, with its fine details as strong as those of made."""
    soft = _blurred(mixed, DETAIL_PX)
    fine = mixed - soft
    wanted, there = (
        _blurred(np.einsum("ijk,ijk->ij", x, x), AREA_PX)
        for x in (made - _blurred(made, DETAIL_PX), fine)
    )
    gain = np.sqrt((wanted + TINY) / (there + TINY)).clip(1, MOST_GAIN)
    stronger: Floats = np.clip(soft + gain[..., None] * fine, 0, 1)
    return stronger


def _blurred(values: Floats, deviation_px: float) -> Floats:
    blurred: Floats = opencv().GaussianBlur(values, (0, 0), deviation_px)
    return blurred


def _difference(one: Alphas, other: Alphas) -> float:
    """By how much two settings of the same dials differ at most."""
    pairs = (
        abs(a - b)
        for dial in one
        for a, b in zip(one[dial].numbers, other[dial].numbers, strict=True)
    )
    return max(pairs, default=0.0)
