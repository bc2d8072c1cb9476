"""What a generation pack's manifest says in its own way, and pictures of its dials."""

from __future__ import annotations

from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import LAYOUTS
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..dials import list_phases
from ..pack_export import Description, Pictures
from ..photos.sample_sheet import to_picture
from .config import FaceConfig
from .discriminator import BETAS
from .making import make_faces

SIDE = 2  # of the squares of faces that previews show


def describe(config: FaceConfig) -> Description:
    """The manifest's part of a face generation run."""
    phases = list_phases(config, main_betas=BETAS, dial_betas=BETAS)
    return Description(
        taps=tuple(LAYOUTS[config.task].taps(config.net.width)),
        phases=phases,
        lambdas={phase.name: 1.0 for phase in phases},
    )


def draw_pictures(net: DynamicNet, config: FaceConfig, photo: Path | None) -> Pictures:
    """The same faces with no dial turned, with the first one half and fully, with each other one
    and with all. photo: none is shown.
    """
    first, *others = config.dials
    settings: list[dict[str, float]] = [
        {},
        {first.id: 0.5},
        {first.id: 1.0},
        *({dial.id: 1.0} for dial in others),
    ]
    if others:
        settings.append({dial.id: 1.0 for dial in config.dials})
    squares = [_square(net, setting) for setting in settings]
    plain, turned = squares[0], squares[2]
    middle = plain.shape[-1] // 2
    halves = torch.cat([plain[..., :middle], turned[..., middle:]], dim=-1)
    return Pictures([to_picture(square) for square in squares], to_picture(halves))


def _square(net: DynamicNet, setting: dict[str, float]) -> torch.Tensor:
    """SIDE x SIDE faces as one picture, (1, 3, H, W)."""
    faces = make_faces(
        net, range(SIDE**2), {dial: Alpha((alpha,)) for dial, alpha in setting.items()}
    )
    rows = [torch.cat(list(faces[i * SIDE : (i + 1) * SIDE]), dim=-1) for i in range(SIDE)]
    return torch.cat(rows, dim=-2)[None]
