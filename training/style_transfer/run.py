"""A style-transfer run: config, data and loss network in; a net, logs and sheets out."""

from __future__ import annotations

from dataclasses import dataclass

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.reader import Pack, load_pack

from ..errors import ConfigError
from ..loop.checkpoint import load_trained
from ..loop.distributed import join_run
from ..loop.phases import Run, train
from ..loop.run_folder import CONFIG, RunPaths, claim
from ..loss_network import LossNetwork, load_loss_network
from ..photos.crops import load_photos
from ..photos.reading import Note, no_note
from ..toml_settings import settings_from_toml
from .config import TrainingConfig, read_config
from .config_changes import training_changes
from .evaluate import validation_photos
from .task import StyleTransferTask, build_net, list_phases


@dataclass(frozen=True)
class TrainedRun:
    """base: the pack whose main net was kept as it was, so that the result is an add-on to it."""

    config: TrainingConfig
    config_text: str
    net: DynamicNet
    network: LossNetwork
    seconds: float
    base: Pack | None = None


def run_training(paths: RunPaths, *, device: str = "auto", note: Note = no_note) -> TrainedRun:
    """Train, or go on with, the run in paths.folder. note: called for pictures passed over
    and for a number type that is wrong here.

    Raises ConfigError, DatasetError, LossNetworkError, CheckpointError and TrainingError.
    """
    config, text = read_config(paths.config)
    keep_freed_memory()
    with join_run(device) as process:
        if config.data.batch % process.world:
            raise ConfigError(
                f"data.batch is {config.data.batch}, not a multiple of the {process.world} "
                "processes; change one of them"
            )
        claim_folder(paths, config, text)
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
            note=note,
        )
        validation_photos(config, paths.data, note=note)  # what is wrong there is said now
        task = StyleTransferTask(config, network, paths.data, paths.folder / "samples")
        initial = initial_pack(config)
        net = build_net(config)
        if initial is not None:
            net.main.load_state_dict(initial.net.main.state_dict())
        net.to(process.device)
        run = Run(net, task, photos, data.batch, config.run, process, paths.folder, note)
        seconds = train(run, list_phases(config))
        base = initial if config.main.steps == 0 else None
        return TrainedRun(config, text, net.eval(), network, seconds, base)


def load_finished(paths: RunPaths, *, device: str = "auto") -> TrainedRun:
    """The trained net of the run in paths.folder, all of whose steps are done.

    Raises ConfigError, LossNetworkError, CheckpointError and a PackError.
    """
    config, text = read_config(paths.config)
    with join_run(device) as process:
        claim_folder(paths, config, text)
        initial = initial_pack(config)
        net = build_net(config)
        seconds = load_trained(paths.folder, net, len(list_phases(config)))
        network = load_loss_network(
            paths.loss_network, activation_scale=config.loss.activation_scale
        )
        network.to(process.device)
        base = initial if config.main.steps == 0 else None
        return TrainedRun(config, text, net.to(process.device).eval(), network, seconds, base)


def claim_folder(paths: RunPaths, config: TrainingConfig, text: str) -> None:
    """The run's folder for this config. Raises CheckpointError."""

    def changes(kept: str) -> list[str]:
        return training_changes(settings_from_toml(TrainingConfig, kept, name="it"), config)

    claim(paths.folder / CONFIG, text, changes=changes)


def initial_pack(config: TrainingConfig) -> Pack | None:
    """The pack whose main net the run starts from. Raises a PackError, and ConfigError when it has
    another task or width.
    """
    source = config.net.initialise_from
    if not source:
        return None
    pack = load_pack(find_pack(source))
    if pack.manifest.task != config.task:
        raise ConfigError(
            f"net.initialise_from: pack '{source}' is for {pack.manifest.task}, not "
            f"{config.task}; take another"
        )
    if pack.manifest.architecture.width != config.net.width:
        raise ConfigError(
            f"net.initialise_from: pack '{source}' has width {pack.manifest.architecture.width}, "
            f"the config says {config.net.width}; make them equal"
        )
    return pack
