"""A completion run: config and data in; a net, logs and sheets out."""

from __future__ import annotations

from dataclasses import dataclass

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..errors import ConfigError
from ..loop.checkpoint import load_trained
from ..loop.distributed import join_run
from ..loop.phases import Run, train
from ..loop.run_folder import CONFIG, RunPaths, claim
from ..loss_network import LossNetwork, check_layers, load_loss_network
from ..photos.crops import PhotoSet, load_squares
from ..photos.reading import Note, list_pictures, no_note
from ..style_transfer.config_changes import training_changes
from ..toml_settings import settings_from_toml
from .celeba import list_faces
from .config import CompletionConfig, read_completion_config
from .filled_crops import load_filled_crops
from .metrics_log import QualityLog
from .task import CompletionTask, build_completion_net, list_completion_phases
from .validation_holes import measured_photos, with_hole


@dataclass(frozen=True)
class TrainedCompletion:
    config: CompletionConfig
    config_text: str
    net: DynamicNet
    network: LossNetwork
    seconds: float


def run_completion(
    paths: RunPaths, *, device: str = "auto", note: Note = no_note
) -> TrainedCompletion:
    """Train, or go on with, the run in paths.folder. The loss network only measures. note: called
    for pictures passed over.

    Raises ConfigError, DatasetError, LossNetworkError, CheckpointError and TrainingError.
    """
    config, text = read_completion_config(paths.config)
    check_layers(config.loss.measured_layers)
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
        photos = _photos(config, paths, note)
        crops = load_filled_crops(photos, paths.cache, count=config.data.fills)
        hole_px = sorted(config.data.measured_holes_px)[len(config.data.measured_holes_px) // 2]
        measured = measured_photos(config, paths.data, note=note)
        samples = [with_hole(photo, hole_px) for photo in measured]
        quality = QualityLog(
            paths.folder / "quality.csv", samples, network, config.loss.measured_layers
        )
        shown = samples[: config.run.sample_photos]
        task = CompletionTask(config, shown, paths.folder / "samples", process.device, quality)
        net = build_completion_net(config).to(process.device)
        run = Run(net, task, crops, config.data.batch, config.run, process, paths.folder, note)
        seconds = train(run, list_completion_phases(config))
        return TrainedCompletion(config, text, net.eval(), network, seconds)


def load_finished(paths: RunPaths, *, device: str = "auto") -> TrainedCompletion:
    """The trained net of the run in paths.folder, all of whose steps are done.

    Raises ConfigError, LossNetworkError and CheckpointError.
    """
    config, text = read_completion_config(paths.config)
    with join_run(device) as process:
        claim_folder(paths, config, text)
        net = build_completion_net(config)
        seconds = load_trained(paths.folder, net, len(list_completion_phases(config)))
        network = load_loss_network(
            paths.loss_network, activation_scale=config.loss.activation_scale
        )
        network.to(process.device)
        return TrainedCompletion(config, text, net.to(process.device).eval(), network, seconds)


def claim_folder(paths: RunPaths, config: CompletionConfig, text: str) -> None:
    """The run's folder for this config. Raises CheckpointError."""

    def changes(kept: str) -> list[str]:
        return training_changes(settings_from_toml(CompletionConfig, kept, name="it"), config)

    claim(paths.folder / CONFIG, text, changes=changes)


def _photos(config: CompletionConfig, paths: RunPaths, note: Note) -> PhotoSet:
    """The photos to learn on as squares. Raises DatasetError."""
    data = config.data
    if data.layout == "celeba":
        files = list_faces(paths.data, data)[: -data.validation_faces]
    else:
        files = list_pictures(paths.data / data.photos)
    squares = load_squares(files, paths.cache, stored_px=data.stored_px, note=note)
    return PhotoSet(squares, crop_px=data.crop_px, seed=config.seed)
