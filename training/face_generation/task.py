"""Face generation's objectives (Dynamic-Net, section 4.2), and its sample sheet.

The main net and each dial learn the same adversarial loss, each from faces of its own.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..loop.task import Batch, Losses, Phase
from ..photos.sample_sheet import write_sheet
from .config import FaceConfig
from .discriminator import Adversary
from .making import make_faces

SCORES_SIZE = 50.0  # of a discriminator's scores, which are as high when it wins for a while
SAMPLE_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3)


class FaceGenerationTask:
    def __init__(self, config: FaceConfig, folder: Path, device: torch.device) -> None:
        """folder: where sample sheets go. device: the net's."""
        self.config, self.folder, self.device = config, folder, device
        self.adversary: Adversary | None = None
        self.keep_weights = {dial.id: dial.keep_weight for dial in config.dials}

    def compares_with_plain(self, phase: Phase) -> bool:
        return self.keep_weights.get(phase.dial, 0.0) > 0

    def choose_alphas(self, phase: Phase, batch: Batch) -> dict[str, Alpha]:
        return phase.turn_dial(1.0)

    def make_companion(self, phase: Phase) -> Adversary:
        """A fresh discriminator for each phase, as its photos are others."""
        main = self.config.main
        self.adversary = Adversary(
            main.discriminator_width,
            learning_rate=main.discriminator_learning_rate,
            augments=main.augments,
            seed=self.config.seed + phase.index,
            device=self.device,
        )
        return self.adversary

    def compute_losses(self, phase: Phase, output: torch.Tensor, batch: Batch) -> Losses:
        """The share that passes for photos is logged beside the loss. A dial's faces stay as they
        were but for what the adversary asks for: absolute differences are the ones that leave most
        pixels alone.
        """
        assert self.adversary is not None
        scores = self.adversary.judge(output, batch)
        loss = F.softplus(-scores).mean()
        change = loss.new_zeros(()) if batch.plain is None else (output - batch.plain).abs().mean()
        parts = {"adversarial": loss, "passes": (scores > 0).float().mean(), "change": change}
        loss = loss + self.keep_weights.get(phase.dial, 0.0) * change
        return Losses(loss, parts, size=SCORES_SIZE)

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> Path:
        """One row per seed: the phase's alpha sweep."""
        alphas = SAMPLE_ALPHAS if phase.dial else (0.0,)
        run = self.config.run
        seeds = range(run.sample_photos)
        swept = [make_faces(net, seeds, phase.turn_dial(alpha)) for alpha in alphas]
        shown = [F.interpolate(faces, (run.sample_px, run.sample_px)) for faces in swept]
        rows = [[faces[i : i + 1] for faces in shown] for i in seeds]
        path = self.folder / f"{phase.index}-{phase.name}.jpg"
        write_sheet(path, rows, [f"{phase.dial or 'main'} {alpha:g}" for alpha in alphas])
        return path
