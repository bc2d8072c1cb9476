"""The two-phase loop of Dynamic-Net (section 3), for every task.

Phase 1 trains the main net on its objective. Each later phase freezes it and trains one side of one
dial's tuning blocks on another. A phase knows what is trained and for how long; the task knows the
loss.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.protocol.errors import TrainingError

from .checkpoint import Checkpoint, CheckpointFile
from .config import RunSettings
from .dataset import Draw, PhotoSet
from .distributed import Process, precision_dtype

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

    def trained_module(self, net: DynamicNet) -> nn.Module:
        return net.dial(self.dial).side(self.side) if self.dial else net.main


class Task(Protocol):
    """What the loop needs of a task."""

    def alphas(self, phase: Phase, draw: Draw) -> dict[str, Alpha]: ...

    def losses(
        self, phase: Phase, photos: torch.Tensor, output: torch.Tensor, draw: Draw
    ) -> Losses:
        """photos and output (B, 3, S, S), output as the net gave it."""
        ...

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> None: ...


@dataclass(frozen=True)
class Losses:
    """total is what is minimised; the others are shown and logged, unweighted."""

    total: torch.Tensor
    parts: dict[str, torch.Tensor]


@dataclass(frozen=True)
class Run:
    """What stays the same over all phases of a run."""

    net: DynamicNet
    task: Task
    photos: PhotoSet
    batch: int
    settings: RunSettings
    process: Process
    folder: Path


def train(run: Run, phases: Iterable[Phase], *, stop_after: int | None = None) -> float:
    """Train all phases, going on from the folder's checkpoint when there is one.

    stop_after ends the run early after so many steps, as a kill would. Returns the seconds spent
    training, over all sittings. Raises TrainingError when the loss is not finite.
    """
    file = CheckpointFile(run.folder / "checkpoint.pt")
    checkpoint = file.read()
    seconds = 0.0
    if checkpoint is not None:
        run.net.load_state_dict(checkpoint.net)
        seconds = checkpoint.seconds
    done_before = checkpoint.phase if checkpoint else 0
    for phase in phases:
        if phase.index < done_before:
            continue
        resumed = checkpoint if checkpoint and checkpoint.phase == phase.index else None
        seconds, left = _train_phase(run, phase, file, resumed, seconds, stop_after)
        if left is not None:
            stop_after = left
            if left <= 0:
                return seconds
    return seconds


def _train_phase(
    run: Run,
    phase: Phase,
    file: CheckpointFile,
    resumed: Checkpoint | None,
    seconds: float,
    stop_after: int | None,
) -> tuple[float, int | None]:
    """One phase, or the rest of it; returns (seconds so far, steps left to stop_after)."""
    net, settings, process = run.net, run.settings, run.process
    net.requires_grad_(False)
    trained = phase.trained_module(net).requires_grad_(True)
    parameters = list(trained.parameters())
    optimiser = torch.optim.Adam(parameters, lr=phase.learning_rate)
    first = 0
    if resumed is not None and resumed.step > 0:  # at step 0 there is no optimiser state yet
        optimiser.load_state_dict(resumed.optimiser)
        first = resumed.step
    forward: Callable[..., torch.Tensor] = net
    if process.is_distributed:
        forward = DistributedDataParallel(net, broadcast_buffers=False)
    dtype = precision_dtype(settings.precision, process.device)
    log = _LossLog(run.folder / "losses.csv", phase, first) if process.is_first else None
    bar = tqdm(
        total=phase.steps, initial=first, desc=phase.name, unit="step", disable=not process.is_first
    )
    started = saved_at = time.monotonic()
    with bar, log or nullcontext():
        for step in range(first, phase.steps):
            if stop_after is not None and stop_after <= 0:
                return seconds + time.monotonic() - started, 0
            for group in optimiser.param_groups:
                group["lr"] = phase.learning_rate * (
                    DECAY if step >= DECAY_FROM * phase.steps else 1
                )
            draw = run.photos.draw(
                phase.index, step, batch=run.batch, rank=process.rank, world=process.world
            )
            photos = draw.photos.to(process.device, memory_format=torch.channels_last)
            with torch.autocast(process.device.type, dtype, enabled=dtype is not torch.float32):
                output = forward(photos, run.task.alphas(phase, draw))
                losses = run.task.losses(phase, photos, output, draw)
            total = float(losses.total.detach())
            if not math.isfinite(total):
                raise TrainingError(
                    f"phase '{phase.name}', step {step}: the loss is {total}; lower "
                    "learning_rate or style_weight in the config and start the run again"
                )
            optimiser.zero_grad(set_to_none=True)
            losses.total.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            if stop_after is not None:
                stop_after -= 1
            if not process.is_first or log is None:
                continue
            parts = {name: float(part.detach()) for name, part in losses.parts.items()}
            log.add(step, total, parts)
            bar.set_postfix({name: f"{value:.4g}" for name, value in parts.items()}, refresh=False)
            bar.update()
            now, last = time.monotonic(), step + 1 == phase.steps
            every = settings.checkpoint_every_steps
            due = now - saved_at > settings.checkpoint_every_s or (
                every and (step + 1) % every == 0
            )
            if due or last:
                log.flush()
                place = (phase.index + 1, 0) if last else (phase.index, step + 1)
                file.write(
                    Checkpoint(
                        phase=place[0],
                        step=place[1],
                        seconds=seconds + now - started,
                        net=net.state_dict(),
                        optimiser={} if last else optimiser.state_dict(),
                    )
                )
                saved_at = now
            if last or (step + 1) % settings.sample_every_steps == 0:
                run.task.write_samples(net, phase, step + 1)
    return seconds + time.monotonic() - started, stop_after


class _LossLog:
    """losses.csv: phase, step, total, then the task's parts. Rows ahead are cut on resume."""

    def __init__(self, path: Path, phase: Phase, first: int) -> None:
        self.path, self.phase, self.first = path, phase, first
        self.file: IO[str] | None = None

    def __enter__(self) -> _LossLog:
        kept: list[str] = []
        if self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as old:
                kept = [line for line in old if not self._is_ahead(line)]
        self.path.write_text("".join(kept), encoding="utf-8", newline="")
        self.file = self.path.open("a", newline="", encoding="utf-8")
        return self

    def _is_ahead(self, line: str) -> bool:
        """Whether a row comes after the step that the run goes on from, or was cut by a kill."""
        cells = line.split(",")
        if not line.endswith("\n"):
            return True
        return cells[0] == self.phase.name and int(cells[1]) >= self.first

    def add(self, step: int, total: float, parts: dict[str, float]) -> None:
        assert self.file is not None
        writer = csv.writer(self.file, lineterminator="\n")
        if self.file.tell() == 0:
            writer.writerow(["phase", "step", "total", *parts])
        writer.writerow(
            [self.phase.name, step, f"{total:.9g}", *(f"{v:.9g}" for v in parts.values())]
        )

    def flush(self) -> None:
        if self.file is not None:
            self.file.flush()

    def __exit__(self, *exc_info: object) -> None:
        if self.file is not None:
            self.file.close()
