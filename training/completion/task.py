"""Completion's objectives (Dynamic-Net, section 4.3), and its sample sheet.

The main net learns L1 + lambda * adversarial loss, the dial L1 alone. Both losses are means over
the hole, since outside of it the net changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import FILLS
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..loop.task import Batch, Losses, Phase
from ..photos.sample_sheet import write_sheet
from .config import CompletionConfig
from .discriminator import Adversary, take_hole
from .metrics_log import QualityLog
from .validation_holes import HoledPhoto

SCORES_SIZE = 10.0  # of a discriminator's scores: the hinge loss asks for 1, and more is common
SAMPLE_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3)


class CompletionTask:
    def __init__(
        self,
        config: CompletionConfig,
        samples: list[HoledPhoto],
        folder: Path,
        device: torch.device,
        quality: QualityLog,
    ) -> None:
        """samples: the rows of the sample sheets. folder: where those go. device: the net's."""
        self.config, self.samples, self.folder, self.device = config, samples, folder, device
        self.quality = quality
        self.adversary: Adversary | None = None

    def compares_with_plain(self, phase: Phase) -> bool:
        return False

    def choose_alphas(self, phase: Phase, batch: Batch) -> dict[str, Alpha]:
        return phase.turn_dial(1.0)

    def make_companion(self, phase: Phase) -> Adversary | None:
        """The discriminator, in the one phase whose objective has an adversarial part."""
        main = self.config.main
        if phase.dial or main.adversarial_weight == 0:
            self.adversary = None
            return None
        self.adversary = Adversary(
            main.discriminator_width,
            learning_rate=main.discriminator_learning_rate,
            seed=self.config.seed,
            device=self.device,
        )
        return self.adversary

    def compute_losses(self, phase: Phase, output: torch.Tensor, batch: Batch) -> Losses:
        hole = take_hole(batch)
        l1 = ((output - batch.photos).abs() * hole).sum() / (3 * hole.sum())
        if self.adversary is None:
            return Losses(l1, {"l1": l1, "adversarial": torch.zeros_like(l1)})
        adversarial = self.adversary.generator_loss(output, hole)
        weight = self.config.main.adversarial_weight
        parts = {"l1": l1, "adversarial": adversarial}
        return Losses(l1 + weight * adversarial, parts, size=SCORES_SIZE * weight)

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> Path:
        """One row per sample: the hole, its fills, the phase's alpha sweep, the photo. Then measure
        the samples for the quality log.
        """
        alphas = SAMPLE_ALPHAS if phase.dial else (0.0,)
        device = next(net.parameters()).device
        rows = []
        with torch.inference_mode():
            for sample in self.samples:
                photo, given = sample.photo, sample.given
                outputs = [net(given.to(device), phase.turn_dial(alpha)).cpu() for alpha in alphas]
                holed = torch.where(sample.hole, torch.ones_like(photo), photo)
                rows.append([holed, *sample.fills, *outputs, photo])
        labels = ["hole", *FILLS, *(f"{phase.dial or 'main'} {a:g}" for a in alphas), "photo"]
        path = self.folder / f"{phase.index}-{phase.name}.jpg"
        write_sheet(path, rows, labels)
        self.quality.add(net, phase, step)
        return path
