"""Filling holes of one picture with a pack: the one path of the command line and the backend.

Pictures are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded; masks and covers float32 (H, W) in
[0, 1]. No torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..compute.engine import ReadyPack, StageDone
from ..compute.memory import memory_at_hand
from ..images.color.icc_profile import Floats
from ..images.limits import check_picture_fits
from ..protocol.dial_spec import DialSetting
from .completion import Completion, HoleSettings, start_completion
from .dial_alphas import make_alphas
from .inpainting.fills import Progress
from .inpainting.pyramid import Flags


@dataclass(frozen=True)
class CompleteSettings:
    """dials: by id, those not named stand at 0. grow_px, feather_px, seed: as HoleSettings has
    them. is_cutout: the fill alone, transparent outside of the hole.
    """

    dials: Mapping[str, DialSetting] = field(default_factory=dict)
    grow_px: int = HoleSettings.grow_px
    feather_px: int = HoleSettings.feather_px
    seed: int = HoleSettings.seed
    is_cutout: bool = False

    def hole_settings(self, pack: ReadyPack) -> HoleSettings:
        """All that a fill depends on besides picture, mask and pack: no dial changes it."""
        return HoleSettings(
            grow_px=self.grow_px,
            feather_px=self.feather_px,
            seed=self.seed,
            working_px=pack.manifest.working_size_px,
        )


@dataclass(frozen=True)
class Filled:
    """image: the picture. cover: its opacity, None where the picture had none; of a cutout, the
    fill's. changed: (H, W), True where colours and opacity may be others than before. holes: how
    many blobs the mask has.
    """

    image: Floats
    cover: Floats | None
    changed: Flags
    holes: int


def start_complete(
    pack: ReadyPack,
    image: Floats,
    mask: Floats,
    settings: CompleteSettings,
    *,
    cover: Floats | None = None,
    on_fill: Progress | None = None,
) -> Completion:
    """Fill the holes, which no dial changes. As completion.start_completion, and raises
    ImageSizeError for what the memory cannot hold, and AlphaError.
    """
    make_alphas(pack.manifest, settings.dials)  # refused now, not after a long search
    check_picture_fits((image.shape[0], image.shape[1]), memory_at_hand())
    return start_completion(
        pack.net.for_deep_results(),  # what it adds to the detailed fill is fine as grain
        image,
        mask,
        settings=settings.hole_settings(pack),
        cover=cover,
        on_fill=on_fill,
    )


def finish_complete(
    pack: ReadyPack,
    completion: Completion,
    settings: CompleteSettings,
    *,
    cover: Floats | None = None,
    on_stage: StageDone | None = None,
) -> Filled:
    """The net's part, at these dials. cover: the picture's opacity, which the fill makes up for.
    Raises AlphaError and DeviceError.
    """
    alphas = make_alphas(pack.manifest, settings.dials)
    weight = completion.mask
    if settings.is_cutout:
        # within the hole the fill alone, whatever the selection's softness
        whole = replace(completion, mask=(weight > 0).astype(np.float32))
        image = whole.run(alphas, on_stage=on_stage)
        return Filled(image, weight, np.ones(weight.shape, np.bool_), whole.count)
    image = completion.run(alphas, on_stage=on_stage)
    if cover is not None:
        cover = cover + weight * (1 - cover)
    return Filled(image, cover, weight > 0, completion.count)
