"""Completion's side of a run (Dynamic-Net, section 4.3): the main net learns L1 + lambda *
adversarial loss, the dial L1 alone; and its sample sheet.

Both losses are means over the hole, since outside it the net changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import FILLS, completion_net
from dynamic_style.backend.nets.dynamic_net import HIGHER, DynamicNet

from ..errors import ConfigError
from ..loop.phases import Companion, Losses, Phase
from ..photos.crops import Draw
from ..photos.sample_sheet import write_sheet
from .config import CompletionConfig
from .discriminator import BETAS, Adversary
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
        quality: QualityLog | None = None,
    ) -> None:
        """samples: the rows of the sample sheets. folder: where those go."""
        self.config, self.samples, self.folder, self.device = config, samples, folder, device
        self.quality = quality
        self.adversary: Adversary | None = None

    def alphas(self, phase: Phase, draw: Draw) -> dict[str, Alpha]:
        return {phase.dial: Alpha((1.0,))} if phase.dial else {}

    def companion(self, phase: Phase) -> Companion | None:
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
        return _Learning(self.adversary)

    def losses(
        self, phase: Phase, photos: torch.Tensor, output: torch.Tensor, draw: Draw
    ) -> Losses:
        hole = hole_of(draw)
        l1 = ((output - photos).abs() * hole).sum() / (3 * hole.sum())
        if self.adversary is None:
            return Losses(l1, {"l1": l1, "adversarial": torch.zeros_like(l1)})
        adversarial = self.adversary.generator_loss(output, hole)
        weight = self.config.main.adversarial_weight
        parts = {"l1": l1, "adversarial": adversarial}
        return Losses(l1 + weight * adversarial, parts, size=SCORES_SIZE * weight)

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> None:
        """One row per sample: the hole, its fills, the phase's alpha sweep, the photo. And a line
        in the quality log.
        """
        steps = SAMPLE_ALPHAS if phase.dial else (0.0,)
        device = next(net.parameters()).device
        rows = []
        with torch.inference_mode():
            for sample in self.samples:
                photo, given = sample.photo, sample.given
                turned = ({phase.dial: Alpha((a,))} if phase.dial else {} for a in steps)
                outputs = [net(given.to(device), alphas).cpu() for alphas in turned]
                holed = torch.where(sample.hole, torch.ones_like(photo), photo)
                rows.append([holed, *sample.fills, *outputs, photo])
        labels = ["hole", *FILLS, *(f"{phase.dial or 'main'} {a:g}" for a in steps), "photo"]
        write_sheet(self.folder / f"{phase.index}-{phase.name}.jpg", rows, labels)
        if self.quality is not None:
            self.quality.add(net, phase, step)


class _Learning:
    """The adversary as the loop's companion."""

    def __init__(self, adversary: Adversary) -> None:
        self.adversary = adversary
        (group,) = adversary.optimiser.param_groups
        self.learning_rate = float(group["lr"])

    def learn(self, photos: torch.Tensor, output: torch.Tensor, draw: Draw) -> None:
        self.adversary.learn(photos, output, hole_of(draw))

    def set_decay(self, decay: float) -> None:
        for group in self.adversary.optimiser.param_groups:
            group["lr"] = self.learning_rate * decay

    def state_dict(self) -> dict[str, Any]:
        return self.adversary.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.adversary.load_state_dict(state)


def hole_of(draw: Draw) -> torch.Tensor:
    """(B, 1, S, S), 1 in the hole."""
    assert draw.inputs is not None
    return draw.inputs[:, -1:]


def build_completion_net(config: CompletionConfig) -> DynamicNet:
    """A fresh net with all of the config's dials. Raises ConfigError for an unknown tap."""
    torch.manual_seed(config.seed)
    net = completion_net(config.net.width)
    for index, dial in enumerate(config.dials):
        unknown = [tap for tap in dial.taps if tap not in net.taps]
        if unknown:
            raise ConfigError(
                f"dial '{dial.id}': no tap '{unknown[0]}'; this net has {', '.join(net.taps)}"
            )
        torch.manual_seed(config.seed + 1 + index)
        net.add_dial(dial.id, taps=dial.taps, zero_init=dial.zero_init)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def list_completion_phases(config: CompletionConfig) -> list[Phase]:
    """The main net, then each dial."""
    main = config.main
    phases = [Phase("main", 0, main.steps, main.learning_rate, betas=BETAS)]
    for dial in config.dials:
        name = f"{dial.id}.{HIGHER}"
        phases.append(
            Phase(name, len(phases), dial.steps, dial.learning_rate, dial=dial.id, side=HIGHER)
        )
    return phases
