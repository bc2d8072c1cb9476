"""One training run: config, data and loss network in; a net, logs and sheets out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import find_pack, load_pack
from dynamic_style.backend.protocol.errors import CheckpointError, ConfigError

from .config import TrainingConfig, read_config
from .dataset import load_photos
from .distributed import join_run
from .loss_network import LossNetwork, load_loss_network
from .phases import Run, train
from .style_transfer import StyleTransferTask, build_net, list_phases


@dataclass(frozen=True)
class RunPaths:
    """data: the root of the config's folders. cache: where decoded photos are kept."""

    config: Path
    data: Path
    folder: Path
    cache: Path
    loss_network: Path | None = None


@dataclass(frozen=True)
class TrainedRun:
    config: TrainingConfig
    config_text: str
    net: DynamicNet
    network: LossNetwork
    seconds: float


def run_training(paths: RunPaths, *, device: str = "auto") -> TrainedRun:
    """Train, or go on with, the run in paths.folder.

    Raises ConfigError, DatasetError, LossNetworkError, CheckpointError and TrainingError.
    """
    config, text = read_config(paths.config)
    with join_run(device) as process:
        if config.data.batch % process.world:
            raise ConfigError(
                f"data.batch is {config.data.batch}, not a multiple of the {process.world} "
                "processes; change one of them"
            )
        paths.folder.mkdir(parents=True, exist_ok=True)
        _claim(paths.folder / "config.toml", text)
        network = load_loss_network(
            paths.loss_network, activation_scale=config.loss.activation_scale
        ).to(process.device)
        data = config.data
        photos = load_photos(
            paths.data / data.photos,
            paths.cache,
            stored_px=data.stored_px,
            crop_px=data.crop_px,
            seed=config.seed,
        )
        task = StyleTransferTask(config, network, paths.data, paths.folder / "samples")
        net = _initial_net(config).to(process.device)
        run = Run(net, task, photos, data.batch, config.run, process, paths.folder)
        seconds = train(run, list_phases(config))
        return TrainedRun(config, text, net.eval(), network, seconds)


def _claim(path: Path, text: str) -> None:
    """A folder belongs to one config: going on with another would mix two runs."""
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise CheckpointError(
            f"'{path.parent}' holds a run of another config; give --run-folder another "
            "folder, or put the old config back to go on with it"
        )
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _initial_net(config: TrainingConfig) -> DynamicNet:
    net = build_net(config)
    source = config.net.initialise_from
    if not source:
        return net
    given = load_pack(find_pack(source))
    if given.manifest.architecture.width != config.net.width:
        raise ConfigError(
            f"net.initialise_from: pack '{source}' has width {given.manifest.architecture.width}, "
            f"the config says {config.net.width}; make them equal"
        )
    net.main.load_state_dict(given.net.main.state_dict())
    return net
