"""A style net whose norms mix in what they used for another picture, as whoever runs it sees it."""

from __future__ import annotations

from ..compute.engine import Alphas, Floats, Net, StageDone
from ..compute.norm_statistics import NormMemory, NormStatistics


class RememberingNet:
    """A Painter. statistics: what the norms used in the last run."""

    def __init__(self, net: Net, memory: NormMemory | None) -> None:
        self._net = net
        self._memory = memory
        self.device = net.device
        self.can_run_in_strips = net.can_run_in_strips
        self.statistics: NormStatistics = {}

    def run(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        made, self.statistics = self._net.run_remembering(x, alphas, self._memory, on_stage)
        return made

    def run_in_strips(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        made, self.statistics = self._net.run_remembering(
            x, alphas, self._memory, on_stage, in_strips=True
        )
        return made
