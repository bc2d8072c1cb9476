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
    """file: rows of phase, step, alpha and the means of MEASURES over the samples, sharpness as a
    logarithm. layers: of the loss network, on which perceptual distance is measured.
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
                photo, given = sample.photo.to(device), sample.given.to(device)
                found.append(
                    measure_fill(
                        net(given, turned).clamp(0, 1),
                        photo,
                        sample.hole.to(device),
                        network=self.network,
                        activations=self.network(photo, self.layers),
                    )
                )
        means: list[float] = torch.stack(found).mean(0).tolist()
        return means
