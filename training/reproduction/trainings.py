"""Nets of an experiment: each is a run in a folder of its own, which goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..loop.checkpoint import CheckpointFile
from ..loop.config_changes import list_changes
from ..loop.distributed import join_run
from ..loop.phases import Run, train
from ..loop.run_folder import CHECKPOINT, CONFIG, RunPaths, keep_config
from ..loop.task import BatchSource, Phase, Task
from ..settings import FREE_KEYS, TaskConfig
from ..toml_settings import settings_from_toml
from .session import Session

Prepare = Callable[[RunPaths, torch.device], tuple[Task, BatchSource]]


@dataclass(frozen=True)
class Training:
    """text: the config as it is kept. net: as the first step finds it. phases: those that are
    trained. prepare: reads all that is learnt from; it is called where something is left to learn.
    """

    config: TaskConfig
    text: str
    net: DynamicNet
    phases: Sequence[Phase]
    prepare: Prepare


def train_net(session: Session, folder: Path, training: Training) -> DynamicNet:
    """Train, or go on with, or load the net in folder. Raises DatasetError, CheckpointError and
    TrainingError.
    """
    keep_freed_memory()

    def list_differences(kept: str) -> list[str]:
        old = settings_from_toml(type(training.config), kept, name="it")
        return list_changes(old, training.config, free_keys=FREE_KEYS)

    keep_config(folder / CONFIG, training.text, changes=list_differences)
    with join_run(session.device) as process:
        net = training.net.to(process.device)
        file = CheckpointFile(folder / CHECKPOINT)
        kept = file.read()
        if kept is not None and kept.phase >= len(training.phases):
            with file.restoring():
                net.load_state_dict(kept.net)
            return net.eval().requires_grad_(False)
        session.note(f"training '{folder.name}' in '{folder.parent}'")
        paths = RunPaths(folder / CONFIG, session.data, folder, session.cache)
        task, batches = training.prepare(paths, process.device)
        run = Run(
            net=net,
            task=task,
            batches=batches,
            batch_size=training.config.data.batch,
            settings=training.config.run,
            process=process,
            folder=folder,
            note=session.note,
        )
        train(run, training.phases)
        return net.eval().requires_grad_(False)
