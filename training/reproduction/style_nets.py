"""Style nets of an experiment, each an ordinary run in a folder of its own. Those that differ in an
objective alone start from the same weights and see the same photos.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..dials import list_phases
from ..loop.checkpoint import CheckpointFile
from ..loop.distributed import join_run
from ..loop.phases import Run, train
from ..loop.run_folder import CHECKPOINT, CONFIG, RunPaths, keep_config
from ..loss_network import LossNetwork
from ..style_transfer.config import StyleConfig, parse_config
from ..style_transfer.run import build_net, prepare
from .session import Session, training_text


def style_config(config: StyleConfig, name: str) -> StyleConfig:
    """The training's part of an experiment's config, checked. Raises ConfigError."""
    return parse_config(training_text(config, StyleConfig), name)


def with_weight(config: StyleConfig, style_weight: float) -> StyleConfig:
    """The config with another lambda for the main net."""
    objective = replace(config.main.objective, style_weight=style_weight)
    return replace(config, main=replace(config.main, objective=objective))


def describe_training(config: StyleConfig) -> str:
    """How its nets are trained, in sentences."""
    main, data = config.main, config.data
    dials = [
        f"α = 1 of dial '{dial.id}' (λ = {dial.higher.style_weight:g}, {dial.steps} steps)"
        for dial in config.dials
    ]
    return (
        f"Main net of width {config.net.width}, λ = {main.objective.style_weight:g}, {main.steps} "
        f"steps of {data.batch} crops of {data.crop_px} px, seed {config.seed}; "
        f"{', '.join(dials)}."
    )


def train_style_net(
    session: Session,
    folder: Path,
    config: StyleConfig,
    network: LossNetwork,
    *,
    dials: bool = True,
    start: DynamicNet | None = None,
) -> DynamicNet:
    """Train, or go on with, or load the net in folder.

    dials: whether they are trained, too, after the main net. start: whose main net it starts from,
    in place of a fresh one. Raises ConfigError, DatasetError, CheckpointError and TrainingError.
    """
    keep_freed_memory()
    keep_config(folder / CONFIG, training_text(config, StyleConfig))
    phases = list_phases(config) if dials else list_phases(config)[:1]
    with join_run(session.device) as process:
        net = build_net(config).to(process.device)
        if start is not None:
            net.main.load_state_dict(start.main.state_dict())
        file = CheckpointFile(folder / CHECKPOINT)
        kept = file.read()
        if kept is not None and kept.phase >= len(phases):
            with file.restoring():
                net.load_state_dict(kept.net)
            return net.eval().requires_grad_(False)
        session.note(f"training '{folder.name}' in '{folder.parent}'")
        paths = RunPaths(folder / CONFIG, session.data, folder, session.cache)
        task, batches = prepare(
            config,
            paths,
            network=network.to(process.device),
            device=process.device,
            note=session.note,
        )
        run = Run(
            net=net,
            task=task,
            batches=batches,
            batch_size=config.data.batch,
            settings=config.run,
            process=process,
            folder=folder,
            note=session.note,
        )
        train(run, phases)
        return net.eval().requires_grad_(False)
