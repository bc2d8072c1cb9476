"""What a completion run starts with: its net, and the crops with holes that it learns from."""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..dials import add_dials
from ..loop.run_folder import RunPaths
from ..loss_network import LossNetwork
from ..notes import Note
from ..photos.crops import PhotoSet, load_squares
from ..photos.reading import list_pictures
from .celeba import list_faces
from .config import CompletionConfig
from .filled_crops import FilledCrops, load_filled_crops
from .metrics_log import QualityLog
from .task import CompletionTask
from .validation_holes import cut_hole, read_validation_photos


def prepare(
    config: CompletionConfig,
    paths: RunPaths,
    *,
    network: LossNetwork,  # for the quality log: it takes no part in the training
    device: torch.device,
    note: Note,
) -> tuple[CompletionTask, FilledCrops]:
    """Read photos and fill the holes that are learnt on. Raises DatasetError."""
    data = config.data
    squares = load_squares(
        list_photos(config, paths.data), paths.cache, stored_px=data.stored_px, note=note
    )
    photos = PhotoSet(squares, crop_px=data.crop_px, seed=config.seed)
    crops = load_filled_crops(photos, paths.cache, count=data.fills)
    hole_px = sorted(data.measured_holes_px)[len(data.measured_holes_px) // 2]
    validation = read_validation_photos(config, paths.data, note=note)
    samples = [cut_hole(photo, hole_px) for photo in validation]
    quality = QualityLog(
        paths.folder / "quality.csv", samples, network, config.loss.measured_layers
    )
    shown = samples[: config.run.sample_photos]
    return CompletionTask(config, shown, paths.folder / "samples", device, quality), crops


def build_net(config: CompletionConfig) -> DynamicNet:
    """A fresh net with all dials."""
    torch.manual_seed(config.seed)
    net = completion_net(config.net.width)
    add_dials(net, config)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def list_photos(config: CompletionConfig, root: Path) -> list[Path]:
    """The photos to learn on. Raises DatasetError."""
    data = config.data
    if data.layout == "celeba":
        return list_faces(root, data)[: -data.validation_faces]
    return list_pictures(root / data.photos)
