"""What a style pack's manifest says in its own way, and pictures of its first dial."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import SIZE_MULTIPLE, style_transfer_net
from dynamic_style.backend.packs import LossRecord

from ..dials import list_phases
from ..pack_export import PREVIEW_PX, Description, Pictures
from ..photos.reading import crop_centre, read_picture
from ..photos.sample_sheet import to_picture
from .as_seen import AsSeen
from .config import StyleConfig
from .run import load_initial_pack

PREVIEW_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3)
PREVIEW_ALPHAS_DUAL = (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0)


def describe(config: StyleConfig) -> Description:
    """The manifest's part of a style run. Raises what load_initial_pack does."""
    initial, loss = load_initial_pack(config), config.loss
    lambdas = {"main": config.main.objective.style_weight}
    for dial in config.dials:
        lambdas[f"{dial.id}.higher"] = dial.higher.style_weight
        if dial.lower is not None:
            lambdas[f"{dial.id}.lower"] = dial.lower.style_weight
    return Description(
        taps=tuple(style_transfer_net(1).taps),
        phases=list_phases(config),
        lambdas=lambdas,
        loss=LossRecord(loss.content_layer, loss.style_layers, loss.normalisation),
        base=initial if config.main.steps == 0 else None,
        grain=config.data.grain,
    )


def draw_pictures(net: DynamicNet, config: StyleConfig, photo: Path | None) -> Pictures:
    """The photo's middle, stylised at several alphas, as it looks pixel for pixel when the whole
    photo is stylised at the pack's working size. Raises DatasetError.
    """
    assert photo is not None
    dial = config.dials[0]
    short_side = max(PREVIEW_PX, round(0.75 * config.pack.working_size_px))
    whole = read_picture(photo, short_side_px=SIZE_MULTIPLE * (short_side // SIZE_MULTIPLE))
    whole = whole[..., : SIZE_MULTIPLE * (whole.shape[-1] // SIZE_MULTIPLE)]
    whole = whole[..., : SIZE_MULTIPLE * (whole.shape[-2] // SIZE_MULTIPLE), :]
    seen = AsSeen(whole, config)

    def stylise(alpha: float) -> Image.Image:
        with torch.inference_mode():
            painted = seen.run(net, {dial.id: Alpha((alpha,))})
        return to_picture(crop_centre(painted, PREVIEW_PX))

    alphas = PREVIEW_ALPHAS_DUAL if dial.is_dual else PREVIEW_ALPHAS
    return Pictures([stylise(alpha) for alpha in alphas], stylise(dial.default))
