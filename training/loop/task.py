"""What the loop asks of a task: batches, objectives, and what learns beside the net."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

ADAM_BETAS = (0.9, 0.999)  # torch's own


@dataclass(frozen=True)
class Phase:
    """name: `main` or `<dial>.<side>`. dial and side are empty for main."""

    name: str
    index: int  # its place in the run; seeds the batches
    steps: int
    learning_rate: float
    dial: str = ""
    side: str = ""
    betas: tuple[float, float] = ADAM_BETAS

    def select_module(self, net: DynamicNet) -> nn.Module:
        """The part of the net that the phase trains."""
        return net.trained_side(self.dial, self.side) if self.dial else net.main

    def turn_dial(self, alpha: float) -> dict[str, Alpha]:
        """The net's alphas with the phase's dial at alpha; main's phase has no dial to turn."""
        return {self.dial: Alpha((alpha,))} if self.dial else {}


@dataclass(frozen=True)
class Batch:
    """What one step sees: photos (B, 3, S, S) RGB in [0, 1], and a number in (0, 1] for alpha.
    inputs: what the net is given instead of the photos, (B, C, H, W); None for the photos. plain:
    what the net makes of it with no dial turned, for tasks that compare with that.
    """

    photos: torch.Tensor
    alpha: float
    inputs: torch.Tensor | None = None
    plain: torch.Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        """The same on a device, in the layout in which convolutions are fastest."""
        photos = self.photos.to(device, memory_format=torch.channels_last)
        if self.inputs is None:
            return Batch(photos, self.alpha)
        inputs = self.inputs.to(device, memory_format=torch.channels_last)
        return Batch(photos, self.alpha, inputs)


class BatchSource(Protocol):
    """Where a step's batch comes from: a pure function of phase and step."""

    def draw(
        self, phase: int, step: int, *, batch_size: int, rank: int = 0, world: int = 1
    ) -> Batch:
        """Of the whole batch, of batch_size photos, the slice that is this rank's."""
        ...


@dataclass(frozen=True)
class Losses:
    """total is what is minimised; the parts are shown and logged, unweighted. size: what a total
    that may lie near 0 or below it, such as an adversary's, is compared with instead of its start.
    """

    total: torch.Tensor
    parts: dict[str, torch.Tensor]
    size: float = 0.0


class Companion(Protocol):
    """What learns beside the net in a phase, such as a discriminator. Its state is kept with the
    net's, so that a resumed run stays equal to an unbroken one.
    """

    def learn(self, output: torch.Tensor, batch: Batch) -> None:
        """Take one step, after the net's own. output (B, 3, S, S) is detached."""
        ...

    def set_decay(self, decay: float) -> None:
        """Make the learning rate the first one times decay."""
        ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


class Task(Protocol):
    """A task's objectives for each phase, and the sample sheets that show them."""

    def compares_with_plain(self, phase: Phase) -> bool:
        """Whether compute_losses wants batch.plain, which takes one more run of the net."""
        ...

    def choose_alphas(self, phase: Phase, batch: Batch) -> dict[str, Alpha]:
        """How the net's dials are set for the step."""
        ...

    def make_companion(self, phase: Phase) -> Companion | None:
        """Called at the start of a phase, and again in each sitting that goes on with it."""
        ...

    def compute_losses(self, phase: Phase, output: torch.Tensor, batch: Batch) -> Losses:
        """output: (B, 3, S, S), as the net gave it."""
        ...

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> Path:
        """Show on a sheet what the net, in eval mode, makes after so many steps of the phase.
        Returns its path.
        """
        ...
