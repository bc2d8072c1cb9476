"""Settings that the configs of all tasks share. A task's own dataclasses inherit from these and add
its keys, so that each key is written down once.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from dynamic_style.backend.nets.architectures import LAYOUTS

from .errors import ConfigError
from .ranges import (
    MOST_STEPS,
    BatchSize,
    LearningRate,
    Range,
    Scale,
    Seed,
    ShownSide,
    Steps,
    StoredSide,
    Width,
    check_ranges,
)

WIDEST_DUAL = 100  # of a main net, where both sides of a dial of its weights fit into a file

# Keys by which nothing is trained, as patterns: they may change in the middle of a run. The
# manifest, the measurement, the checkpoints' times and the sample sheets are made by them.
FREE_KEYS = (
    r"pack\..*",
    r"dials\[\d+\]\.(title|label_low|label_high|kind|safe_range|default|full_at)",
    r"run\.(checkpoint|sample)_.*",
    r"data\.(validation|measured_.*)",
)


@dataclass(frozen=True)
class LicenceText:
    """spdx: an SPDX identifier, or empty where there is none and `note` says what holds."""

    spdx: str = ""
    note: str = ""
    author: str = ""
    source: str = ""


@dataclass(frozen=True)
class DialTexts:
    title: str
    label_low: str
    label_high: str


@dataclass(frozen=True)
class TranslatedTexts:
    """Of one language; what is empty, and dials that are not named, stay English. dials: by id."""

    title: str = ""
    summary: str = ""
    dials: Mapping[str, DialTexts] = field(default_factory=dict)


@dataclass(frozen=True)
class PackSettings:
    """What the pack's manifest says about itself. Configs of older packs name no authors and no
    licence of the weights, so both may be left out here, and the preflight alone asks for them.
    """

    id: str
    title: str
    summary: str
    version: str = "1.0.0"
    authors: tuple[str, ...] = ()
    working_size_px: int = 768  # long side at which the strokes look as trained
    margin_px: Annotated[int, Range(0, 64)] = 0  # mirrored around pictures, where nets draw edges
    weights_licence: LicenceText = field(default_factory=LicenceText)
    style_licences: tuple[LicenceText, ...] = ()
    data_licence: LicenceText = field(default_factory=LicenceText)
    data_licences: tuple[LicenceText, ...] = ()  # of several sets of photos, in its place
    translations: Mapping[str, TranslatedTexts] = field(default_factory=dict)  # by language


@dataclass(frozen=True)
class RunSettings:
    """How often a run writes things down, and in which precision it computes."""

    precision: typing.Literal["auto", "float32", "bfloat16"] = "auto"
    checkpoint_every_s: Annotated[float, Range(0, 1e12)] = 120.0
    checkpoint_every_steps: Annotated[int, Range(0, MOST_STEPS)] = 0  # 0: by the clock alone
    sample_every_steps: Steps = 100
    sample_photos: Annotated[int, Range(1, 256)] = 3
    sample_px: Annotated[int, Range(16, 2048)] = 256


@dataclass(frozen=True, kw_only=True)
class NetSettings:
    width: Width


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Folders are relative to the data root given on the command line."""

    photos: str = "photos/train"
    validation: str = "photos/val"
    stored_px: StoredSide  # photos are kept as squares of this side
    crop_px: int  # random crops that the nets see
    batch: BatchSize  # over all processes together
    measured_px: ShownSide  # validation photos are resized to this short side
    measured_square_px: int  # and cropped to their centre square of this side
    measured_photos: Annotated[int, Range(0, 1_000_000)] = 0  # so many of them; 0: all


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    activation_scale: Scale = 60.0  # the loss network's activations are divided by this


@dataclass(frozen=True, kw_only=True)
class MainSettings:
    """Phase 1, which trains the main net."""

    steps: int
    learning_rate: LearningRate


@dataclass(frozen=True, kw_only=True)
class DialSettings:
    """A dial to train on the frozen main net. by: what learns it, tuning blocks, or a second set of
    the main net's weights, which are trained on from where those are.
    """

    id: str
    title: str
    label_low: str
    label_high: str
    steps: Steps
    learning_rate: LearningRate
    by: typing.Literal["blocks", "weights"] = "blocks"
    taps: tuple[str, ...] = ()  # all of the net's when empty; one name trains a single block
    zero_init: bool = True  # last convolution of each block starts at zero
    safe_range: tuple[float, float] = (-0.3, 1.3)
    full_at: Annotated[float, Range(0.05, 1)] = 1.0  # where in its training's range alpha = 1 is
    default: float

    @property
    def is_dual(self) -> bool:
        """Whether the dial has blocks of its own for alpha < 0."""
        return False

    @property
    def trained_range(self) -> tuple[float, float]:
        return (-1.0, 1.0) if self.is_dual else (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class TaskConfig:
    """A whole config: its keys are the tables and settings of the TOML file."""

    pack: PackSettings
    main: MainSettings
    dials: tuple[DialSettings, ...]
    task: str
    seed: Seed = 1
    net: NetSettings
    data: DataSettings
    loss: LossSettings
    run: RunSettings = field(default_factory=RunSettings)


def check_settings(config: TaskConfig, name: str, *, crop_multiple: int) -> None:
    """Check what must hold for every task. Raises ConfigError.

    name: what messages call the config. crop_multiple: crops must be a multiple of so many pixels.
    """
    ids = [dial.id for dial in config.dials]
    if not ids:
        raise ConfigError(f"{name}: it has no dials; add a [[dials]] table")
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ConfigError(f"{name}: two dials are called '{twice[0]}'; rename one")
    check_ranges(config, name)
    for dial in config.dials:
        if dial.by == "weights":
            _check_weight_dial(dial, config, f"{name}: dial '{dial.id}'")
    data = config.data
    if data.crop_px < 32 or data.crop_px % crop_multiple:
        raise ConfigError(
            f"{name}: data.crop_px is {data.crop_px}; take a multiple of {crop_multiple} from 32 up"
        )
    if data.stored_px < data.crop_px:
        raise ConfigError(
            f"{name}: data.stored_px ({data.stored_px}) is below data.crop_px ({data.crop_px}); a "
            "crop cannot be larger than the stored photo"
        )
    square = data.measured_square_px
    if not 16 <= square <= data.measured_px or square % 4:
        raise ConfigError(
            f"{name}: data.measured_square_px ({square}) must be a multiple of 4 from 16 up "
            f"and at most data.measured_px ({data.measured_px})"
        )


def _check_weight_dial(dial: DialSettings, config: TaskConfig, where: str) -> None:
    if not LAYOUTS[config.task].interpolates:
        raise ConfigError(
            f"{where} is by weights, which {config.task} has no dials of: between two nets whose "
            'norms keep variances there need be none; take by = "blocks"'
        )
    if dial.taps or not dial.zero_init:
        key = "taps" if dial.taps else "zero_init"
        raise ConfigError(
            f"{where} is by weights, so it has no blocks for {key} to speak of; leave {key} out"
        )
    if dial.is_dual and config.net.width > WIDEST_DUAL:
        raise ConfigError(
            f"{where} is by weights and has two sides, which at net.width {config.net.width} would "
            f"be too much for a file of a pack; take at most {WIDEST_DUAL}, or two dials"
        )


def check_each_once(values: tuple[object, ...], where: str, what: str) -> None:
    """Check a list that must name something, and nothing twice. Raises ConfigError."""
    if not values or len(set(values)) < len(values):
        raise ConfigError(f"{where} at least one {what}, each once")
