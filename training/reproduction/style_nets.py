"""Style nets of an experiment. Those that differ in an objective alone start from the same weights
and see the same photos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..dials import list_phases
from ..loop.run_folder import RunPaths
from ..loop.task import BatchSource, Task
from ..loss_network import LossNetwork
from ..style_transfer.config import StyleConfig, parse_config
from ..style_transfer.run import build_net, prepare
from ..style_transfer.task import StyleTransferTask
from .session import Session, training_text
from .trainings import Training, train_net


@dataclass(frozen=True)
class Variant:
    """A net that is not the ordinary one. change: makes it of that. wrap: gives it its task."""

    change: Callable[[DynamicNet], None]
    wrap: Callable[[StyleTransferTask, DynamicNet], Task]


def style_config(config: StyleConfig, name: str) -> StyleConfig:
    """The training's part of an experiment's config, checked. Raises ConfigError."""
    return parse_config(training_text(config, StyleConfig), name)


def hash_weights(net: DynamicNet) -> str:
    """SHA-256 of all weights of a net, of its dials, too."""
    digest = hashlib.sha256()
    for name, tensor in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def with_weight(config: StyleConfig, style_weight: float) -> StyleConfig:
    """The config with another lambda for the main net."""
    objective = replace(config.main.objective, style_weight=style_weight)
    return replace(config, main=replace(config.main, objective=objective))


def with_steps(config: StyleConfig, steps: int) -> StyleConfig:
    """The config with so many steps of the main net."""
    return replace(config, main=replace(config.main, steps=steps))


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
    variant: Variant | None = None,
) -> DynamicNet:
    """Train, or go on with, or load the net in folder.

    dials: whether they are trained, too, after the main net. start: whose main net it starts from,
    in place of a fresh one. Raises what train_net does, and ConfigError.
    """
    net = build_net(config)
    if start is not None:
        net.main.load_state_dict(start.main.state_dict())
    if variant is not None:
        variant.change(net)

    def prepare_task(paths: RunPaths, device: torch.device) -> tuple[Task, BatchSource]:
        task, photos = prepare(
            config, paths, network=network.to(device), device=device, note=session.note
        )
        return (task if variant is None else variant.wrap(task, net)), photos

    phases = list_phases(config) if dials else list_phases(config)[:1]
    text = training_text(config, StyleConfig)
    return train_net(session, folder, Training(config, text, net, phases, prepare_task))


def train_fixed_nets(
    session: Session,
    folder: Path,
    config: StyleConfig,
    network: LossNetwork,
    weights: Sequence[float],
) -> tuple[DynamicNet, ...]:
    """Main nets of one lambda each, which take as many steps as a main net and its first dial
    together.
    """
    longer = with_steps(config, config.main.steps + config.dials[0].steps)
    return tuple(
        train_style_net(
            session, folder / f"fixed-{place}", with_weight(longer, weight), network, dials=False
        )
        for place, weight in enumerate(weights, start=1)
    )
