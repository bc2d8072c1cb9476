"""What a style run starts with: its net, and the photos and paintings that it learns from."""

from __future__ import annotations

import torch

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.tensors import Pack, load_pack

from ..dials import add_dials
from ..errors import ConfigError
from ..loop.run_folder import RunPaths
from ..loss_network import LossNetwork
from ..notes import Note
from ..photos.crops import PhotoSet, load_squares
from ..photos.reading import list_pictures, read_validation
from .config import StyleConfig
from .task import StyleTransferTask


def prepare(
    config: StyleConfig,
    paths: RunPaths,
    *,
    network: LossNetwork,
    device: torch.device,  # where the network is already
    note: Note,
) -> tuple[StyleTransferTask, PhotoSet]:
    """Read photos and paintings. Raises DatasetError."""
    data = config.data
    files = list_pictures(paths.data / data.photos, note=note)
    squares = load_squares(
        files,
        paths.cache,
        stored_px=data.stored_px,
        per_picture=data.squares_per_photo,
        note=note,
    )
    photos = PhotoSet(squares, crop_px=data.crop_px, seed=config.seed, grain=data.grain)
    validation = list_pictures(paths.data / data.validation, note=note)
    read_validation(validation, data, note=note)  # what is wrong there is said now
    return StyleTransferTask(config, network, paths.data, paths.folder / "samples"), photos


def build_net(config: StyleConfig) -> DynamicNet:
    """A fresh net with all dials. Its main net is that of the initial pack, where there is one."""
    torch.manual_seed(config.seed)
    net = style_transfer_net(config.net.width)
    add_dials(net, config)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    initial = load_initial_pack(config)
    if initial is not None:
        net.main.load_state_dict(initial.net.main.state_dict())
    return net


def load_initial_pack(config: StyleConfig) -> Pack | None:
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
