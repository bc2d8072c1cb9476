"""The two-phase loop of Dynamic-Net (section 3), for every task.

Phase 1 trains the main net on its objective. Each later phase freezes it and trains one side of one
dial's tuning blocks on another objective.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from tqdm import tqdm

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..notes import Note, ignore_note
from ..settings import RunSettings
from .checkpoint import Checkpoint, CheckpointFile
from .distributed import Process, all_agree, average_gradients, share_buffers
from .divergence import LossWatch
from .interrupts import hold_interrupts
from .loss_log import LossLog
from .precision import StepLoss, choose_dtype, compare_with_float32
from .progress import Progress
from .run_folder import CHECKPOINT
from .task import Batch, BatchSource, Losses, Phase, Task

DECAY_FROM, DECAY = 0.7, 0.3  # the last 30 % of a phase run at 0.3 of the learning rate


@dataclass(frozen=True)
class Run:
    """What stays the same over all phases of a run."""

    net: DynamicNet
    task: Task
    batches: BatchSource
    batch_size: int  # over all processes together
    settings: RunSettings
    process: Process
    folder: Path
    note: Note = ignore_note
    progress: Progress = field(default_factory=Progress)


def train(run: Run, phases: Sequence[Phase]) -> float:
    """Train all phases, going on from the folder's checkpoint when there is one.

    Returns the seconds spent training, over all sittings. Raises DivergenceError when the loss runs
    away and CheckpointError for a checkpoint that cannot be read or written.
    """
    dtype = choose_dtype(run.settings.precision, run.process.device)
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
        self.seconds_before, self.started = seconds, time.monotonic()
        share_buffers(run.net)
        run.net.eval().requires_grad_(False)  # what is frozen keeps its statistics, too
        trained = phase.select_module(run.net).train().requires_grad_(True)
        self.parameters = list(trained.parameters())
        self.optimiser = torch.optim.Adam(
            self.parameters, lr=phase.learning_rate, betas=phase.betas
        )
        self.companion = run.task.make_companion(phase)

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
        """Take all steps that are left. Returns the run's seconds so far."""
        phase, settings = self.phase, self.run.settings
        self.dtype = self.find_sound_dtype()
        watch = LossWatch(phase.name, phase.steps, self.dtype)
        if not self.run.process.is_first:
            for step in range(self.first, phase.steps):
                self.train_step(step, watch)
            return self.seconds
        log = LossLog(self.run.folder / "losses.csv", phase=phase.name, first=self.first)
        watch.resume(log.totals)
        saved_at = time.monotonic()
        bar = tqdm(total=phase.steps, initial=self.first, desc=phase.name, unit="step")
        progress = self.run.progress
        progress.enter(phase.name, units=phase.steps, done=self.first)
        try:
            with hold_interrupts() as held:  # a step is done and kept before it stops
                for step in range(self.first, phase.steps):
                    losses = self.train_step(step, watch)
                    log.add(step, losses)
                    done = step + 1
                    last = done == phase.steps
                    progress.advance()
                    self.show_step(bar, losses)
                    due = self.is_checkpoint_due(done, time.monotonic() - saved_at)
                    stopping = held.is_pending  # asked once: a signal can come at any moment
                    if last or due or stopping:
                        self.save_checkpoint(done)
                        saved_at = time.monotonic()
                    if stopping:
                        break
                    if last or done % settings.sample_every_steps == 0:
                        progress.show(self.write_samples(done))
        finally:
            bar.close()
            log.close()
        return self.seconds

    def write_samples(self, done: int) -> Path:
        """The task's sample sheet, of the net as programs run it."""
        path = self.run.task.write_samples(self.run.net.eval(), self.phase, done)
        self.phase.select_module(self.run.net).train()
        return path

    def show_step(self, bar: tqdm, losses: dict[str, float]) -> None:
        shown = {name: f"{value:.4g}" for name, value in losses.items()}
        left = self.run.progress.seconds_left
        if left is not None:
            shown["all_done_in"] = tqdm.format_interval(left)
        bar.set_postfix(shown, refresh=False)
        bar.update()

    def find_sound_dtype(self) -> torch.dtype:
        """The dtype to go on in: float32, with a note, where the run's is wrong on this machine."""
        run, phase = self.run, self.phase
        if self.dtype is torch.float32 or self.first >= phase.steps:
            return self.dtype
        batch = self.draw_batch(self.first)
        kept = copy.deepcopy(self.companion.state_dict()) if self.companion is not None else {}
        statistics = [buffer.clone() for buffer in run.net.buffers()]

        def compute_loss(dtype: torch.dtype) -> StepLoss:
            _, losses = self.compute_losses(batch, dtype)
            sizes = [abs(float(part.detach())) for part in losses.parts.values()]
            return StepLoss(losses.total, max(abs(float(losses.total.detach())), *sizes))

        compared = compare_with_float32(self.dtype, compute_loss, self.parameters)
        if self.companion is not None:  # looking at a picture changes a discriminator
            self.companion.load_state_dict(kept)
        for buffer, before in zip(run.net.buffers(), statistics, strict=True):
            buffer.copy_(before)  # and making one a batch norm
        if all_agree(run.process, compared.agrees):
            return self.dtype
        run.note(
            f"phase '{phase.name}': bfloat16 gives other numbers than float32 on this machine "
            f"(loss {compared.other:.4g}, not {compared.exact:.4g}; cosine of the gradients "
            f"{compared.cosine:.2f}); going on in float32, which takes longer"
        )
        return torch.float32

    def draw_batch(self, step: int) -> Batch:
        process = self.run.process
        batch = self.run.batches.draw(
            self.phase.index,
            step,
            batch_size=self.run.batch_size,
            rank=process.rank,
            world=process.world,
        )
        return batch.to(process.device)

    def compute_losses(self, batch: Batch, dtype: torch.dtype) -> tuple[torch.Tensor, Losses]:
        """The net's output and what is minimised, computed in a number type."""
        task, kind = self.run.task, self.run.process.device.type
        with torch.autocast(kind, dtype, enabled=dtype is not torch.float32):
            inputs = batch.photos if batch.inputs is None else batch.inputs
            if task.compares_with_plain(self.phase):
                with torch.no_grad():
                    batch = replace(batch, plain=self.run.net(inputs, {}))
            output = self.run.net(inputs, task.choose_alphas(self.phase, batch))
            return output, task.compute_losses(self.phase, output, batch)

    def train_step(self, step: int, watch: LossWatch) -> dict[str, float]:
        """Take one step of the optimiser. Returns the losses before it, `total` first."""
        phase = self.phase
        decay = DECAY if step >= DECAY_FROM * phase.steps else 1.0
        for group in self.optimiser.param_groups:
            group["lr"] = phase.learning_rate * decay
        batch = self.draw_batch(step)
        output, losses = self.compute_losses(batch, self.dtype)
        total = float(losses.total.detach())
        watch.check(step, total, size=losses.size)
        self.optimiser.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.parameters)
        self.optimiser.step()
        if self.companion is not None:
            self.companion.set_decay(decay)
            self.companion.learn(output.detach(), batch)
        parts = {name: float(part.detach()) for name, part in losses.parts.items()}
        return {"total": total, **parts}

    def is_checkpoint_due(self, done: int, seconds_since: float) -> bool:
        settings = self.run.settings
        every = settings.checkpoint_every_steps
        return seconds_since > settings.checkpoint_every_s or (every > 0 and done % every == 0)

    def save_checkpoint(self, done: int) -> None:
        """Keep the place to go on from: this phase's next step, or the next phase's first."""
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
