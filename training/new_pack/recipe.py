"""The settings of a new style pack: losses that see strokes, and as many steps as time allows.

lambda means nearly the same for every painting, since the losses are relative to it: 5 leaves about
0.17 of the painting's own Gram matrices (brush strokes along the forms), 50 about 0.09 (it takes
over). pilot.py corrects it where a painting is learnt sooner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch

from ..errors import ConfigError
from ..loop.precision import choose_dtype
from ..photos.gathering import Gathered, PhotoSizes
from ..settings import LicenceText, PackSettings, RunSettings
from ..style_transfer.config import (
    Objective,
    StyleConfig,
    StyleDataSettings,
    StyleDialSettings,
    StyleLossSettings,
    StyleMainSettings,
    StyleNetSettings,
)
from .painting import choose_other_px, choose_style_px

GENTLE_LAMBDA, STRONG_LAMBDA = 5.0, 50.0
GRAIN, GRID, MARGIN_PX = 0.05, 2000.0, 16  # as our own packs' configs
MEASURED_PHOTOS = 10  # takes two minutes of one core with AMX
SQUARES = 400  # cut from the photos at least, where there are fewer photos
MOST_SQUARES_PER_PHOTO = 16
DIALS = ("strength", "scale")
NOT_STATED = "not stated"
SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,99}")


@dataclass(frozen=True)
class Sizes:
    """What steps, measurements and sample sheets see, in pixels."""

    stored: int
    crop: int
    measured: int
    measured_square: int
    sample: int
    style: int
    batch: int = 4

    @property
    def least_painting(self) -> int:
        return self.style // 2

    @property
    def photos(self) -> PhotoSizes:
        """Squares are cut from twice their side; a quarter may be missing."""
        return PhotoSizes(kept_px=2 * self.stored, least_px=self.stored * 3 // 4)


FULL = Sizes(stored=320, crop=256, measured=512, measured_square=512, sample=512, style=384)
# processors without bfloat16 take three to five times as long for a step
SMALL = Sizes(stored=240, crop=192, measured=512, measured_square=512, sample=512, style=384)
TRIAL = Sizes(48, 32, measured=48, measured_square=32, sample=48, style=48, batch=2)


@dataclass(frozen=True)
class Quality:
    main_steps: int
    dial_steps: int


QUALITIES = {
    "trial": Quality(10, 6),  # shows in a minute that all is in place; paints nothing
    "draft": Quality(400, 250),
    "normal": Quality(1000, 500),  # a dial of 450 steps kept all its promises (van-goghs-stars)
    "fine": Quality(2000, 1000),
}


@dataclass(frozen=True)
class Recipe:
    """What is asked for. dials: of DIALS. width: None for the quality's."""

    quality: str = "normal"
    dials: tuple[str, ...] = ("strength",)
    width: int | None = None

    @property
    def steps(self) -> Quality:
        return QUALITIES[self.quality]

    @property
    def net_width(self) -> int:
        return self.width or (4 if self.is_trial else 16)

    @property
    def is_trial(self) -> bool:
        return self.quality == "trial"


def choose_sizes(recipe: Recipe, device: torch.device) -> Sizes:
    if recipe.is_trial:
        return TRIAL
    return SMALL if choose_dtype("auto", device) is torch.float32 else FULL


def list_dials(text: str) -> tuple[str, ...]:
    """`strength,scale` as a tuple. Raises ConfigError for what is no dial of the recipe."""
    dials = tuple(name.strip() for name in text.split(","))
    for name in dials:
        if name not in DIALS:
            raise ConfigError(f"--dial {name!r} is unknown; give one or both of {', '.join(DIALS)}")
    if len(set(dials)) < len(dials):
        raise ConfigError(f"--dial names '{dials[0]}' twice; name each dial once")
    return dials


def build_config(
    recipe: Recipe,
    sizes: Sizes,
    *,
    pack: PackSettings,
    painting: str,
    short_px: int,
    photos: Gathered,
) -> StyleConfig:
    """painting: its file, relative to the data root, whose short side has short_px."""
    style_px = choose_style_px(short_px, wanted_px=sizes.style)
    gentle = Objective(painting, GENTLE_LAMBDA, style_px)
    steps = recipe.steps
    dials = {
        "strength": StyleDialSettings(
            id="strength",
            title="Strength",
            label_low="gentle",
            label_high="strong",
            steps=steps.dial_steps,
            default=0.5,
            higher=Objective(painting, STRONG_LAMBDA, style_px),
        ),
        "scale": _make_scale(painting, steps.dial_steps, style_px, short_px),
    }
    return StyleConfig(
        pack=pack,
        net=StyleNetSettings(width=recipe.net_width),
        data=StyleDataSettings(
            stored_px=sizes.stored,
            squares_per_photo=_count_squares(photos.trained),
            crop_px=sizes.crop,
            batch=sizes.batch,
            measured_px=sizes.measured,
            measured_square_px=sizes.measured_square,
            measured_photos=MEASURED_PHOTOS,
            grain=GRAIN,
        ),
        loss=StyleLossSettings(
            content_layer="relu3_3",
            style_layers=("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
            normalisation="target",
            activation_scale=1.0,
            grid=GRID,
        ),
        main=StyleMainSettings(objective=gentle, steps=steps.main_steps),
        dials=tuple(dials[name] for name in recipe.dials),
        run=RunSettings(sample_every_steps=max(5, steps.main_steps // 10), sample_px=sizes.sample),
    )


def describe_pack(
    pack_id: str, title: str, *, makers: str, weights: str, painting: LicenceText
) -> PackSettings:
    """makers and weights: who made the pack and under which licence it is, empty for not stated."""
    return PackSettings(
        id=pack_id,
        title=title,
        summary=f"In the manner of {title}; turn the dial up for more of the painting.",
        authors=(makers or NOT_STATED,),
        margin_px=MARGIN_PX,
        weights_licence=read_licence(weights, what="pack"),
        style_licences=(painting,),
        data_licence=LicenceText(
            note="photos of whoever made the pack; their rights are not stated, and no photo is "
            "part of the pack but the one that its preview shows"
        ),
    )


def read_licence(text: str, *, what: str, author: str = "") -> LicenceText:
    """An SPDX identifier where the text can be one, such as CC-BY-4.0, else a note."""
    if not text:
        note = f"whoever made the pack has not stated the {what}'s licence"
        return LicenceText(note=note, author=author)
    if SPDX.fullmatch(text):
        return LicenceText(spdx=text, author=author)
    return LicenceText(note=text, author=author)


def _make_scale(painting: str, steps: int, style_px: int, short_px: int) -> StyleDialSettings:
    other_px = choose_other_px(short_px, style_px)
    return StyleDialSettings(
        id="scale",
        kind="texture_scale",
        title="Painting size",
        label_low=f"seen at {style_px} px",
        label_high=f"seen at {other_px} px",
        steps=steps,
        default=0.0,
        higher=Objective(painting, GENTLE_LAMBDA, other_px),
    )


def _count_squares(photos: int) -> int:
    return min(max(1, -(-SQUARES // photos)), MOST_SQUARES_PER_PHOTO)
