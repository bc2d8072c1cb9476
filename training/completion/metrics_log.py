"""How well holes are filled as the training goes on: quality.csv of a completion run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..loop.loss_log import LossLog
from ..loop.task import Phase
from ..loss_network import LossNetwork
from .metrics import MEASURES, measure_fill
from .validation_holes import HoledPhoto

ALPHAS = (0.25, 0.5, 1.0)  # of a dial; the main net alone is alpha 0


@dataclass(frozen=True)
class QualityLog:
    """Rows of phase, step, alpha, and the means over the samples of what measure_fill gives.

    layers: of the loss network, on which perceptual distance is measured.
    """

    file: Path
    samples: Sequence[HoledPhoto]
    network: LossNetwork
    layers: tuple[str, ...]

    def add(self, net: DynamicNet, phase: Phase, step: int) -> None:
        """Measure the net as it is after that many steps of a phase."""
        with closing(LossLog(self.file, phase=phase.name, first=step)) as log:
            for alpha in ALPHAS if phase.dial else (0.0,):
                means = self._measure(net, phase.turn_dial(alpha))
                log.add(step, {"alpha": alpha} | dict(zip(MEASURES, means, strict=True)))

    def _measure(self, net: DynamicNet, turned: dict[str, Alpha]) -> list[float]:
        device = next(net.parameters()).device
        found = []
        with torch.inference_mode():
            for sample in self.samples:
                shown = sample.to(device)
                filled = net(shown.given, turned).clamp(0, 1)
                activations = self.network(shown.photo, self.layers)
                measures = measure_fill(
                    filled,
                    shown.photo,
                    shown.hole,
                    network=self.network,
                    activations=activations,
                )
                found.append(measures)
        means: list[float] = torch.stack(found).mean(0).tolist()
        return means
