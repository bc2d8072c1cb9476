"""What a completion pack's manifest says in its own way, and pictures of its first dial."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.images.tensors import to_colors, to_tensor
from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.tasks.completion import start_completion

from ..dials import list_phases
from ..pack_export import PREVIEW_PX, Description, Pictures
from ..photos.reading import crop_centre, read_picture
from ..photos.sample_sheet import to_picture
from .config import CompletionConfig
from .discriminator import BETAS
from .holes import make_square_hole

PREVIEW_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
PREVIEW_HOLE_PX = 96


def describe(config: CompletionConfig) -> Description:
    """The manifest's part of a completion run."""
    return Description(
        taps=tuple(completion_net(1).taps),
        phases=list_phases(config, main_betas=BETAS),
        lambdas={"main": config.main.adversarial_weight}
        | {f"{dial.id}.higher": 0.0 for dial in config.dials},
    )


def draw_pictures(net: DynamicNet, config: CompletionConfig, photo: Path | None) -> Pictures:
    """The photo with a hole, then with its fills at several alphas. The thumbnail shows the hole in
    its left half and the fill in its right one. Raises DatasetError.
    """
    assert photo is not None
    dial = config.dials[0]
    square = crop_centre(read_picture(photo, short_side_px=PREVIEW_PX), PREVIEW_PX)
    hole = make_square_hole(PREVIEW_PX, PREVIEW_HOLE_PX)
    holed = torch.where(torch.from_numpy(hole), torch.ones_like(square), square)
    completion = start_completion(TorchNet(net), to_colors(square), hole.astype(np.float32))

    def fill(alpha: float) -> torch.Tensor:
        return to_tensor(completion.run({dial.id: DialAlpha((alpha,))}))

    row = [holed, *(fill(alpha) for alpha in PREVIEW_ALPHAS)]
    middle = PREVIEW_PX // 2
    halves = torch.cat([holed[..., :middle], fill(dial.default)[..., middle:]], dim=-1)
    return Pictures([to_picture(picture) for picture in row], to_picture(halves))
