"""A style run's settings, read from TOML."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import Annotated

from .. import settings
from ..errors import ConfigError
from ..loss_network import check_layers
from ..ranges import (
    ABOVE_0,
    MOST_STEPS,
    BatchSize,
    LearningRate,
    Range,
    ShownSide,
    StoredSide,
    Width,
)
from ..toml_settings import settings_from_toml

FREE_KEYS = settings.FREE_KEYS
Sides = tuple[float, float, float, float]
CROP_MULTIPLE = 4  # the net halves its picture twice


@dataclass(frozen=True, kw_only=True)
class StyleNetSettings(settings.NetSettings):
    width: Width = 16  # 32 is the paper's net, 16 the lite one
    initialise_from: str = ""  # a pack's id, folder or file: start from its main net


@dataclass(frozen=True, kw_only=True)
class StyleDataSettings(settings.DataSettings):
    stored_px: StoredSide = 272
    squares_per_photo: Annotated[int, Range(1, 64)] = 1  # more make much of a few large photos
    crop_px: int = 144
    batch: BatchSize = 4
    grain: Annotated[float, Range(0, 0.5)] = 0.0  # deviation of the noise that the net sees in them
    measured_px: ShownSide = 256
    measured_square_px: int = 192


@dataclass(frozen=True, kw_only=True)
class StyleLossSettings(settings.LossSettings):
    """Layers of VGG-16 by their usual names; lambda is tied to these. With normalisation "target"
    each layer's difference is relative to the target's own size, and the same lambda means the same
    for every painting: 1 grades colours, 5 paints, 50 takes over. With "none" lambda is tied to the
    painting and to activation_scale as well, and layers with small activations hardly count.
    """

    content_layer: str = "relu2_2"
    style_layers: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3")
    normalisation: typing.Literal["none", "target"] = "none"
    total_variation: Annotated[float, Range(0, 1e9)] = 0.0  # weight of the output's own roughness
    grid: Annotated[float, Range(0, 1e9)] = 0.0  # weight of patterns on the net's own 4-pixel grid


@dataclass(frozen=True)
class Objective:
    """content loss + style_weight (lambda) * style loss against one painting at one size."""

    style: str  # the painting, relative to the data root
    style_weight: Annotated[float, Range(ABOVE_0, 1e30)]
    style_px: ShownSide = 256  # short side of the painting: larger gives larger strokes
    # of its width and height, what is left out: left, top, right, bottom; a frame, a bare edge
    cut: Annotated[Sides, Range(0, 0.4)] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class StyleMainSettings(settings.MainSettings):
    """With 0 steps and net.initialise_from that main net is kept, and the pack is an add-on."""

    objective: Objective
    learning_rate: LearningRate = 1e-3


@dataclass(frozen=True, kw_only=True)
class StyleDialSettings(settings.DialSettings):
    """With `lower` the dial is dual: lower is the objective for alpha < 0."""

    higher: Objective
    lower: Objective | None = None
    kind: typing.Literal["strength", "second_style", "texture_scale"] = "strength"
    alpha: typing.Literal["fixed", "sampled"] = "fixed"  # fixed at 1 is the paper's scheme
    learning_rate: LearningRate = 1e-3
    default: float = 1.0

    @property
    def is_dual(self) -> bool:
        return self.lower is not None


@dataclass(frozen=True, kw_only=True)
class StyleConfig(settings.TaskConfig):
    main: StyleMainSettings
    dials: tuple[StyleDialSettings, ...]
    task: typing.Literal["style_transfer"] = "style_transfer"
    net: StyleNetSettings = field(default_factory=StyleNetSettings)
    data: StyleDataSettings = field(default_factory=StyleDataSettings)
    loss: StyleLossSettings = field(default_factory=StyleLossSettings)


def parse_config(text: str, name: str = "config") -> StyleConfig:
    """name: what messages call the config. Raises ConfigError, and LossNetworkError for a layer."""
    config = settings_from_toml(StyleConfig, text, name=name)
    settings.check_settings(config, name, crop_multiple=CROP_MULTIPLE)
    loss, steps = config.loss, config.main.steps
    settings.check_each_once(loss.style_layers, f"{name}: loss.style_layers must name", "layer")
    check_layers((loss.content_layer, *loss.style_layers))
    if not 0 <= steps <= MOST_STEPS or (steps == 0 and not config.net.initialise_from):
        raise ConfigError(
            f"{name}: main.steps is {steps}; it must be above 0, or 0 with "
            "net.initialise_from naming the pack whose main net is kept"
        )
    return config
