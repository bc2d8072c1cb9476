"""What a face generation run starts with: its net, and the faces that each phase learns from."""

from __future__ import annotations

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.generation_net import generation_net

from ..dials import add_dials
from ..loop.run_folder import RunPaths
from ..loss_network import LossNetwork
from ..notes import Note
from .config import FaceConfig
from .faces import FaceBatches, load_faces
from .task import FaceGenerationTask


def prepare(
    config: FaceConfig,
    paths: RunPaths,
    *,
    network: LossNetwork,  # it takes no part in the training
    device: torch.device,
    note: Note,
) -> tuple[FaceGenerationTask, FaceBatches]:
    """Read the faces, and choose each phase's. Raises DatasetError."""
    faces = load_faces(config.data, paths.data, paths.cache, note=note)
    places = tuple(faces.choose(*attributes) for attributes in config.chosen_faces)
    for phase, own in zip(("main", *(dial.id for dial in config.dials)), places, strict=True):
        note(f"{phase}: {len(own)} faces to learn from")
    batches = FaceBatches(faces, places, config.seed, config.data.is_mirrored)
    return FaceGenerationTask(config, paths.folder / "samples", device), batches


def build_net(config: FaceConfig) -> DynamicNet:
    """A fresh net with all dials."""
    torch.manual_seed(config.seed)
    net = generation_net(config.net.width)
    add_dials(net, config)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net
