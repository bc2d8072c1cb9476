"""Settings of a completion run, read from the same kind of TOML file, with task = "completion"."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ConfigError
from ..ranges import (
    ABOVE_0,
    MOST_SEED,
    MOST_STEPS,
    MOST_WIDTH,
    check_crop,
    check_dial_ids,
    check_measured_square,
    check_spans,
)
from ..style_transfer.config import PackSettings, RunSettings
from ..toml_settings import read_text, settings_from_toml


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
    check_dial_ids([dial.id for dial in config.dials], name)
    data, main = config.data, config.main
    spans: dict[str, tuple[float, float, float]] = {
        "seed": (config.seed, 0, MOST_SEED),
        "net.width": (config.net.width, 1, MOST_WIDTH),
        "data.batch": (data.batch, 1, 4096),
        "data.fills": (data.fills, 1, 10**7),
        "data.stored_px": (data.stored_px, 1, 4096),
        "data.measured_px": (data.measured_px, 16, 4096),
        "data.validation_faces": (data.validation_faces, 1, 10**7),
        "loss.activation_scale": (config.loss.activation_scale, ABOVE_0, 1e9),
        "main.steps": (main.steps, 1, MOST_STEPS),
        "main.adversarial_weight": (main.adversarial_weight, 0, 1e30),
        "main.learning_rate": (main.learning_rate, ABOVE_0, 10),
        "main.discriminator_width": (main.discriminator_width, 1, 1024),
        "main.discriminator_learning_rate": (main.discriminator_learning_rate, ABOVE_0, 10),
        **config.run.spans,
    }
    for dial in config.dials:
        spans[f"dials.{dial.id}.steps"] = (dial.steps, 1, MOST_STEPS)
        spans[f"dials.{dial.id}.learning_rate"] = (dial.learning_rate, ABOVE_0, 10)
    check_spans(spans, name)
    layers = config.loss.measured_layers
    if not layers or len(set(layers)) < len(layers):
        raise ConfigError(f"{name}: loss.measured_layers must name at least one layer, each once")
    check_crop(data.crop_px, data.stored_px, name, multiple=8)
    check_measured_square(data.measured_square_px, data.measured_px, name)
    holes = data.measured_holes_px
    if not holes or len(set(holes)) < len(holes):
        raise ConfigError(f"{name}: data.measured_holes_px must hold at least one size, each once")
    if not all(0 < hole < data.measured_square_px for hole in holes):
        raise ConfigError(
            f"{name}: data.measured_holes_px must lie between 0 and data.measured_square_px "
            f"({data.measured_square_px})"
        )
