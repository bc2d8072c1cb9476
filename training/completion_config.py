"""Settings of a completion run, read from the same kind of TOML file, with task = "completion"."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from pathlib import Path

from dynamic_style.backend.protocol.errors import ConfigError

from .config import PackSettings, RunSettings, read_text, settings_from_toml


@dataclass(frozen=True)
class CompletionNetSettings:
    width: int = 24


@dataclass(frozen=True)
class HoleDataSettings:
    """Folders are relative to the data root given on the command line. layout: `photos` is a folder
    of pictures; `celeba` is one that holds img_align_celeba and list_attr_celeba.txt.
    """

    photos: str = "photos/train"
    validation: str = "photos/val"
    layout: typing.Literal["folder", "celeba"] = "folder"
    required_attributes: tuple[str, ...] = ()  # celeba: faces that have all of these
    excluded_attributes: tuple[str, ...] = ()  # celeba: and none of these
    stored_px: int = 176  # photos are kept as squares of this side
    crop_px: int = 128  # random crops that the nets see
    fills: int = 3000  # crops with a hole and its fill, made before the first step
    batch: int = 8  # over all processes together
    measured_px: int = 160  # validation photos are resized to this short side
    measured_square_px: int = 128  # and cropped to their centre square of this side
    measured_holes_px: tuple[int, ...] = (24, 48, 64)  # squares in the middle of it
    validation_faces: int = 40  # celeba: the last so many are kept out of the training


@dataclass(frozen=True)
class CompletionLossSettings:
    """Layers on which the perceptual distance is measured; they take no part in the training."""

    measured_layers: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3")
    activation_scale: float = 60.0


@dataclass(frozen=True)
class CompletionMainSettings:
    """Phase 1: L1 + adversarial_weight (lambda) * adversarial loss."""

    steps: int
    adversarial_weight: float = 0.005  # the paper's
    learning_rate: float = 4e-4
    discriminator_width: int = 32
    discriminator_learning_rate: float = 4e-4


@dataclass(frozen=True)
class CompletionDialSettings:
    """A dial to train on the frozen main net, with L1 + adversarial_weight * adversarial loss; the
    paper's dial has L1 alone.
    """

    id: str
    title: str
    label_low: str
    label_high: str
    steps: int
    learning_rate: float = 4e-4
    taps: tuple[str, ...] = ()  # all of the net's when empty
    zero_init: bool = True  # last convolution of each block starts at zero
    safe_range: tuple[float, float] = (-0.3, 1.3)
    default: float = 0.5

    @property
    def trained_range(self) -> tuple[float, float]:
        return (0.0, 1.0)


@dataclass(frozen=True)
class CompletionConfig:
    pack: PackSettings
    main: CompletionMainSettings
    dials: tuple[CompletionDialSettings, ...]
    task: typing.Literal["completion"] = "completion"
    seed: int = 1
    net: CompletionNetSettings = field(default_factory=CompletionNetSettings)
    data: HoleDataSettings = field(default_factory=HoleDataSettings)
    loss: CompletionLossSettings = field(default_factory=CompletionLossSettings)
    run: RunSettings = field(default_factory=RunSettings)


def parse_completion_config(text: str, *, name: str = "config") -> CompletionConfig:
    """Raises ConfigError."""
    config = settings_from_toml(CompletionConfig, text, name=name)
    _check(config, name)
    return config


def read_completion_config(path: Path) -> tuple[CompletionConfig, str]:
    """The settings and the TOML text they came from. Raises ConfigError."""
    text = read_text(path)
    return parse_completion_config(text, name=str(path)), text


def _check(config: CompletionConfig, name: str) -> None:
    """Ranges that types cannot say."""
    ids = [dial.id for dial in config.dials]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise ConfigError(f"{name}: two dials are called '{twice.pop()}'; rename one")
    data = config.data
    positive: dict[str, float] = {
        "net.width": config.net.width,
        "data.batch": data.batch,
        "data.fills": data.fills,
        "loss.activation_scale": config.loss.activation_scale,
        "main.steps": config.main.steps,
        "main.learning_rate": config.main.learning_rate,
        "main.discriminator_width": config.main.discriminator_width,
        "main.discriminator_learning_rate": config.main.discriminator_learning_rate,
        **{f"dials.{dial.id}.steps": dial.steps for dial in config.dials},
        **{f"dials.{dial.id}.learning_rate": dial.learning_rate for dial in config.dials},
    }
    for key, value in positive.items():
        if not value > 0:
            raise ConfigError(f"{name}: {key} is {value}; it must be above 0")
    if config.main.adversarial_weight < 0:
        raise ConfigError(f"{name}: main.adversarial_weight is negative; take 0 or more")
    if data.crop_px < 32 or data.crop_px % 8:
        raise ConfigError(
            f"{name}: data.crop_px is {data.crop_px}; take a multiple of 8 from 32 up"
        )
    if data.stored_px < data.crop_px:
        raise ConfigError(
            f"{name}: data.stored_px ({data.stored_px}) is below data.crop_px ({data.crop_px}); a "
            "crop cannot be larger than the stored photo"
        )
    if not 0 < data.measured_square_px <= data.measured_px or data.measured_square_px % 4:
        raise ConfigError(
            f"{name}: data.measured_square_px ({data.measured_square_px}) must be a multiple of 4, "
            f"above 0 and at most data.measured_px ({data.measured_px})"
        )
    if not all(0 < hole < data.measured_square_px for hole in data.measured_holes_px):
        raise ConfigError(
            f"{name}: data.measured_holes_px must lie between 0 and data.measured_square_px "
            f"({data.measured_square_px})"
        )
