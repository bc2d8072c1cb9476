"""A run from its config to a trained net, and from there to a pack, whichever task it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory

from .claims import Measured
from .dials import set_full
from .errors import ConfigError
from .loop.checkpoint import load_trained
from .loop.config_changes import list_changes
from .loop.distributed import join_run
from .loop.phases import Run, train
from .loop.precision import choose_dtype
from .loop.progress import Part, Progress
from .loop.run_folder import CONFIG, RunPaths, keep_config
from .loss_network import load_loss_network
from .notes import Note, ignore_note
from .pack_export import Description, Outcome, build_manifest, write_trained_pack
from .settings import TaskConfig
from .task_commands import TaskCommands, Trained
from .tasks import read_config
from .toml_settings import settings_from_toml

MEASURED_PHOTOS = 40  # until they are counted
IN_FLOAT32 = 4.5  # what is measured so takes so many times as long as if it were in bfloat16
EXPORT_STEPS = 4.0  # of training take as long as the pack's pictures and golden check


def train_run(
    paths: RunPaths,
    *,
    device: str = "auto",
    note: Note = ignore_note,
    progress: Progress | None = None,
) -> Trained:
    """Train, or go on with, the run in paths.folder.

    note: called for photos passed over, and for a number type that is wrong here. progress: gets
    the plan of all parts, measuring and export among them, after those that it has. Raises
    ConfigError, DatasetError, LossNetworkError, CheckpointError, TrainingError and a PackError.
    """
    task, config, text = read_config(paths.config)
    progress = progress or Progress()
    progress.enter("preparing", units=0)
    keep_freed_memory()
    with join_run(device) as process:
        if config.data.batch % process.world:
            raise ConfigError(
                f"data.batch is {config.data.batch}, not a multiple of the {process.world} "
                "processes; change one of them"
            )
        _keep_config(task, config, text, paths)
        network = load_loss_network(
            paths.loss_network, activation_scale=config.loss.activation_scale
        ).to(process.device)
        description = task.describe(config)
        objectives, batches = task.prepare(
            config, paths, network=network, device=process.device, note=note
        )
        net = task.build_net(config).to(process.device)
        run = Run(
            net=net,
            task=objectives,
            batches=batches,
            batch_size=config.data.batch,
            settings=config.run,
            process=process,
            folder=paths.folder,
            note=note,
            progress=progress,
        )
        parts = list_parts(task, config, description, process.device)
        names = {part.name for part in parts}
        before = [part for part in progress.parts if part.name not in names]
        progress.plan([*before, *parts])
        seconds = train(run, description.phases)
        set_full(net, config.dials)
        return Trained(task, config, text, description, net.eval(), network, seconds)


def load_finished(paths: RunPaths, *, device: str = "auto") -> Trained:
    """The trained net of the run in paths.folder, all of whose steps are done.

    Raises ConfigError, LossNetworkError, CheckpointError and a PackError.
    """
    task, config, text = read_config(paths.config)
    with join_run(device) as process:
        _keep_config(task, config, text, paths)
        description = task.describe(config)
        net = task.build_net(config)
        seconds = load_trained(paths.folder, net, len(description.phases))
        set_full(net, config.dials)
        network = load_loss_network(
            paths.loss_network, activation_scale=config.loss.activation_scale
        ).to(process.device)
        net = net.to(process.device).eval()
        return Trained(task, config, text, description, net, network, seconds)


def export_run(trained: Trained, folder: Path, *, measured: Measured, photo: Path | None) -> None:
    """Write the pack into folder. photo: freely licensed, shown in the preview; None for a task
    that needs none.

    Raises DatasetError for an unreadable photo and PackError where the pack cannot be written.
    """
    net = trained.net.cpu()
    outcome = Outcome(trained.network.sha256, trained.seconds, measured)
    write_trained_pack(
        folder,
        manifest=build_manifest(
            trained.config, trained.config_text, description=trained.description, outcome=outcome
        ),
        net=net,
        pictures=trained.task.draw_pictures(net, trained.config, photo),
        claims=trained.task.check_claims(measured, trained.config),
    )


def list_parts(
    task: TaskCommands[Any], config: TaskConfig, description: Description, device: torch.device
) -> list[Part]:
    """What a run does from its first step on, with what a unit of each part costs."""
    data = config.data
    phases = [Part(phase.name, phase.steps) for phase in description.phases]
    tables = task.list_tables(config).tables
    outputs = sum(len(table.rows) for table in tables) / len(tables)
    larger = (data.measured_square_px / data.crop_px) ** 2
    photo = outputs * larger / (3 * data.batch)  # a step goes forward, and back at twice the cost
    if task.measures_in_float32 and choose_dtype(config.run.precision, device) != torch.float32:
        photo *= IN_FLOAT32
    photos = data.measured_photos or MEASURED_PHOTOS
    measuring = Part("measuring", photos * len(tables), photo)
    return [*phases, measuring, Part("export", 1, EXPORT_STEPS)]


def _keep_config(
    task: TaskCommands[TaskConfig], config: TaskConfig, text: str, paths: RunPaths
) -> None:
    """Keep the config in the run's folder. Raises CheckpointError where another one is there."""

    def changes(kept: str) -> list[str]:
        old = settings_from_toml(task.settings, kept, name="it")
        return list_changes(old, config, free_keys=task.free_keys)

    keep_config(paths.folder / CONFIG, text, changes=changes)
