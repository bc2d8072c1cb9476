"""The two-phase loop of Dynamic-Net (section 3), for every task.

Phase 1 trains the main net on its objective. Each later phase freezes it and trains one side of one
dial's tuning blocks on another. A phase knows what is trained and for how long; the task knows the
loss.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..photos.crops import Draw
from ..photos.reading import Note, no_note
from ..style_transfer.config import RunSettings
from .checkpoint import Checkpoint, CheckpointFile
from .distributed import Process, all_agree, average_gradients
from .divergence import LossWatch
from .loss_log import LossLog
from .precision import StepLoss, compare_with_float32, precision_dtype
from .run_folder import CHECKPOINT

DECAY_FROM, DECAY = 0.7, 0.3  # the last 30 % of a phase run at 0.3 of the learning rate


@dataclass(frozen=True)
class Phase:
    """name: `main` or `<dial>.<side>`. dial and side are empty for main."""

    name: str
    index: int  # its place in the run; seeds the draws
    steps: int
    learning_rate: float
    dial: str = ""
    side: str = ""
    betas: tuple[float, float] = (0.9, 0.999)  # of Adam

    def trained_module(self, net: DynamicNet) -> nn.Module:
        return net.dial(self.dial).side(self.side) if self.dial else net.main


class Source(Protocol):
    """Where a step's photos come from: a pure function of phase and step."""

    def draw(self, phase: int, step: int, *, batch: int, rank: int = 0, world: int = 1) -> Draw: ...


class Companion(Protocol):
    """What learns beside the net in a phase, such as a discriminator. Its state is kept with the
    net's, so that a resumed run stays equal to an unbroken one.
    """

    def learn(self, photos: torch.Tensor, output: torch.Tensor, draw: Draw) -> None:
        """Take one step, after the net's own. output is detached."""
        ...

    def set_decay(self, decay: float) -> None:
        """Multiply the first learning rate by this."""
        ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


class Task(Protocol):
    """What the loop needs of a task."""

    def alphas(self, phase: Phase, draw: Draw) -> dict[str, Alpha]: ...

    def companion(self, phase: Phase) -> Companion | None:
        """Called once at the start of each phase in each sitting."""
        ...

    def losses(
        self, phase: Phase, photos: torch.Tensor, output: torch.Tensor, draw: Draw
    ) -> Losses:
        """photos and output (B, 3, S, S), output as the net gave it."""
        ...

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> None: ...


@dataclass(frozen=True)
class Losses:
    """total is what is minimised; the others are shown and logged, unweighted. size: what a total
    that may be near 0 or below it, such as an adversary's, is measured by.
    """

    total: torch.Tensor
    parts: dict[str, torch.Tensor]
    size: float = 0.0


@dataclass(frozen=True)
class Run:
    """What stays the same over all phases of a run."""

    net: DynamicNet
    task: Task
    photos: Source
    batch: int
    settings: RunSettings
    process: Process
    folder: Path
    note: Note = no_note  # called with what a user should know and no error is


def train(run: Run, phases: Iterable[Phase]) -> float:
    """Train all phases, going on from the folder's checkpoint when there is one.

    Returns the seconds spent training, over all sittings. Raises DivergenceError when the loss runs
    away and CheckpointError for a checkpoint that cannot be read or written.
    """
    phases = list(phases)
    dtype = precision_dtype(run.settings.precision, run.process.device)
    file = CheckpointFile(run.folder / CHECKPOINT)
    checkpoint = file.read()
    seconds = 0.0
    if checkpoint is not None:
        with file.restoring():
            run.net.load_state_dict(checkpoint.net)
        seconds = checkpoint.seconds
    for phase in phases:
        if checkpoint is not None and phase.index < checkpoint.phase:
            continue
        training = _PhaseTraining(run, phase, file, seconds, dtype)
        training.steps_after = sum(later.steps for later in phases if later.index > phase.index)
        if checkpoint is not None and phase.index == checkpoint.phase:
            training.resume(checkpoint)
        seconds, dtype = training.run_steps(), training.dtype
    return seconds


class _PhaseTraining:
    """One phase in one sitting: its optimiser, its place, and what it writes down."""

    def __init__(
        self, run: Run, phase: Phase, file: CheckpointFile, seconds: float, dtype: torch.dtype
    ) -> None:
        self.run, self.phase, self.file, self.dtype = run, phase, file, dtype
        self.first = 0
        self.steps_after = 0  # of the phases to come
        self.seconds_before, self.started = seconds, time.monotonic()
        run.net.requires_grad_(False)
        self.parameters = list(phase.trained_module(run.net).requires_grad_(True).parameters())
        self.optimiser = torch.optim.Adam(
            self.parameters, lr=phase.learning_rate, betas=phase.betas
        )
        self.companion = run.task.companion(phase)

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    def resume(self, checkpoint: Checkpoint) -> None:
        self.first = checkpoint.step
        if checkpoint.step > 0:  # before the first step there is no optimiser state
            with self.file.restoring():
                self.optimiser.load_state_dict(checkpoint.optimiser)
                if self.companion is not None:
                    self.companion.load_state_dict(checkpoint.companion)

    def run_steps(self) -> float:
        """All steps that are left; returns the run's seconds so far."""
        phase, settings = self.phase, self.run.settings
        self.dtype = self.dtype_that_agrees()
        watch = LossWatch(phase.name, phase.steps, self.dtype)
        if not self.run.process.is_first:
            for step in range(self.first, phase.steps):
                self.train_step(step, watch)
            return self.seconds
        log = LossLog(self.run.folder / "losses.csv", phase=phase.name, first=self.first)
        watch.resume(log.totals)
        saved_at = started = time.monotonic()
        bar = tqdm(total=phase.steps, initial=self.first, desc=phase.name, unit="step")
        try:
            for step in range(self.first, phase.steps):
                losses = self.train_step(step, watch)
                log.add(step, losses)
                shown = {name: f"{value:.4g}" for name, value in losses.items()}
                done = step + 1
                per_step = (time.monotonic() - started) / (done - self.first)
                left = per_step * (phase.steps - done + self.steps_after)
                bar.set_postfix({**shown, "all_done_in": tqdm.format_interval(left)}, refresh=False)
                bar.update()
                last = done == phase.steps
                if last or self.checkpoint_is_due(done, time.monotonic() - saved_at):
                    self.save(done)
                    saved_at = time.monotonic()
                if last or done % settings.sample_every_steps == 0:
                    self.run.task.write_samples(self.run.net, phase, done)
        finally:
            bar.close()
            log.close()
        return self.seconds

    def dtype_that_agrees(self) -> torch.dtype:
        """The number type to go on in: float32, with a note, where another one is wrong here."""
        run, phase = self.run, self.phase
        if self.dtype is torch.float32 or self.first >= phase.steps:
            return self.dtype
        draw = self.draw(self.first)
        kept = copy.deepcopy(self.companion.state_dict()) if self.companion is not None else {}

        def loss_in(dtype: torch.dtype) -> StepLoss:
            _, losses = self.losses(draw, dtype)
            sizes = [abs(float(part.detach())) for part in losses.parts.values()]
            return StepLoss(losses.total, max(abs(float(losses.total.detach())), *sizes))

        compared = compare_with_float32(self.dtype, loss_in, self.parameters)
        if self.companion is not None:  # looking at a picture changes a discriminator
            self.companion.load_state_dict(kept)
        if all_agree(run.process, compared.agrees):
            return self.dtype
        run.note(
            f"phase '{phase.name}': bfloat16 gives other numbers than float32 on this machine "
            f"(loss {compared.other:.4g}, not {compared.exact:.4g}; cosine of the gradients "
            f"{compared.cosine:.2f}); going on in float32, which takes longer"
        )
        return torch.float32

    def draw(self, step: int) -> Draw:
        process = self.run.process
        drawn = self.run.photos.draw(
            self.phase.index, step, batch=self.run.batch, rank=process.rank, world=process.world
        )
        return drawn.to(process.device)

    def losses(self, draw: Draw, dtype: torch.dtype) -> tuple[torch.Tensor, Losses]:
        """The net's output and what is minimised, computed in a number type."""
        task, kind = self.run.task, self.run.process.device.type
        with torch.autocast(kind, dtype, enabled=dtype is not torch.float32):
            inputs = draw.photos if draw.inputs is None else draw.inputs
            output = self.run.net(inputs, task.alphas(self.phase, draw))
            return output, task.losses(self.phase, draw.photos, output, draw)

    def train_step(self, step: int, watch: LossWatch) -> dict[str, float]:
        """One step of the optimiser; returns the losses before it, `total` first."""
        phase = self.phase
        decay = DECAY if step >= DECAY_FROM * phase.steps else 1.0
        for group in self.optimiser.param_groups:
            group["lr"] = phase.learning_rate * decay
        draw = self.draw(step)
        output, losses = self.losses(draw, self.dtype)
        total = float(losses.total.detach())
        watch.check(step, total, size=losses.size)
        self.optimiser.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.parameters)
        self.optimiser.step()
        if self.companion is not None:
            self.companion.set_decay(decay)
            self.companion.learn(draw.photos, output.detach(), draw)
        parts = {name: float(part.detach()) for name, part in losses.parts.items()}
        return {"total": total, **parts}

    def checkpoint_is_due(self, done: int, seconds_since: float) -> bool:
        settings = self.run.settings
        every = settings.checkpoint_every_steps
        return seconds_since > settings.checkpoint_every_s or (every > 0 and done % every == 0)

    def save(self, done: int) -> None:
        """The place to go on from: this phase's next step, or the next phase's first."""
        last = done == self.phase.steps
        self.file.write(
            Checkpoint(
                phase=self.phase.index + 1 if last else self.phase.index,
                step=0 if last else done,
                seconds=self.seconds,
                net=self.run.net.state_dict(),
                optimiser={} if last else self.optimiser.state_dict(),
                companion={} if last or self.companion is None else self.companion.state_dict(),
            )
        )
