"""When a training has run away: a loss that is not finite, or far above its start for long."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

from ..errors import DivergenceError

FAR = 10.0  # times the start; a training that goes well ends below its start
START_STEPS, LONG_STEPS = 10, 25  # in a short phase a quarter of its steps, and at least
FEWEST_STEPS = 5


class LossWatch:
    """Watches the total loss of one phase. Its start is the least of its first steps, since some
    trainings run away in the second.
    """

    def __init__(self, phase: str, steps: int, dtype: torch.dtype) -> None:
        quarter = max(FEWEST_STEPS, steps // 4)
        self.phase, self.dtype = phase, dtype
        self.start_steps = min(START_STEPS, quarter)
        self.long_steps = min(LONG_STEPS, quarter)
        self.first: list[float] = []
        self.far = 0  # steps in a row

    @property
    def start(self) -> float:
        return min(self.first)

    def resume(self, totals: Iterable[float]) -> None:
        """Take in the steps of earlier sittings."""
        for total in totals:
            self._add(total, 0.0)

    def check(self, step: int, total: float, *, size: float = 0.0) -> None:
        """Take in a step's total. size: counts as the start where that is nearer to 0.

        Raises DivergenceError.
        """
        place = f"phase '{self.phase}', step {step}"
        if not math.isfinite(total):
            raise DivergenceError(f"{place}: the loss is {total}; {self._advise()}")
        self._add(total, size)
        if self.far >= self.long_steps:
            raise DivergenceError(
                f"{place}: the loss is {total:.4g}, for {self.far} steps now above {FAR:g} times "
                f"its start ({self.start:.4g}); {self._advise()}"
            )

    def _add(self, total: float, size: float) -> None:
        if len(self.first) < self.start_steps:
            self.first.append(abs(total))
        self.far = self.far + 1 if total > FAR * max(self.start, size) else 0

    def _advise(self) -> str:
        precision = "" if self.dtype is torch.float32 else "set run.precision to float32, or "
        return (
            f"{precision}lower learning_rate or the objective's weights in the config, and start "
            "again in another folder; no pack was written"
        )
