"""A completion run's settings, read from TOML."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import Annotated

from .. import settings
from ..errors import ConfigError
from ..loss_network import check_layers
from ..ranges import BatchSize, LearningRate, Range, ShownSide, Steps, StoredSide, Width
from ..toml_settings import settings_from_toml

FREE_KEYS = (*settings.FREE_KEYS, r"loss\..*")  # here the loss network only measures
CROP_MULTIPLE = 8  # the discriminator halves its picture three times

Count = Annotated[int, Range(1, 10**7)]


@dataclass(frozen=True, kw_only=True)
class CompletionNetSettings(settings.NetSettings):
    width: Width = 24


@dataclass(frozen=True, kw_only=True)
class CompletionDataSettings(settings.DataSettings):
    """layout: with `folder`, photos is a folder of pictures; with `celeba`, one that holds
    img_align_celeba and list_attr_celeba.txt.
    """

    layout: typing.Literal["folder", "celeba"] = "folder"
    required_attributes: tuple[str, ...] = ()  # celeba: faces that have all of these
    excluded_attributes: tuple[str, ...] = ()  # celeba: and none of these
    stored_px: StoredSide = 176
    crop_px: int = 128
    fills: Count = 3000  # crops with a hole and its fill, made before the first step
    batch: BatchSize = 8
    measured_px: ShownSide = 160
    measured_square_px: int = 128
    measured_holes_px: tuple[int, ...] = (24, 48, 64)  # squares in the middle of it
    validation_faces: Count = 40  # celeba: the last so many are kept out of the training


@dataclass(frozen=True, kw_only=True)
class CompletionLossSettings(settings.LossSettings):
    """Layers on which the perceptual distance is measured; they take no part in the training."""

    measured_layers: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3")


@dataclass(frozen=True, kw_only=True)
class CompletionMainSettings(settings.MainSettings):
    """Phase 1: L1 + adversarial_weight (lambda) * adversarial loss."""

    steps: Steps
    adversarial_weight: Annotated[float, Range(0, 1e30)] = 0.005  # the paper's
    learning_rate: LearningRate = 4e-4
    discriminator_width: Annotated[int, Range(1, 1024)] = 32
    discriminator_learning_rate: LearningRate = 4e-4


@dataclass(frozen=True, kw_only=True)
class CompletionDialSettings(settings.DialSettings):
    """A dial is trained with L1 alone, as the paper's is."""

    learning_rate: LearningRate = 4e-4
    default: float = 0.5


@dataclass(frozen=True, kw_only=True)
class CompletionConfig(settings.TaskConfig):
    main: CompletionMainSettings
    dials: tuple[CompletionDialSettings, ...]
    task: typing.Literal["completion"] = "completion"
    net: CompletionNetSettings = field(default_factory=CompletionNetSettings)
    data: CompletionDataSettings = field(default_factory=CompletionDataSettings)
    loss: CompletionLossSettings = field(default_factory=CompletionLossSettings)


def parse_config(text: str, name: str = "config") -> CompletionConfig:
    """name: what messages call the config. Raises ConfigError, and LossNetworkError for a layer."""
    config = settings_from_toml(CompletionConfig, text, name=name)
    settings.check_settings(config, name, crop_multiple=CROP_MULTIPLE)
    layers, data = config.loss.measured_layers, config.data
    settings.check_each_once(layers, f"{name}: loss.measured_layers must name", "layer")
    check_layers(layers)
    holes = data.measured_holes_px
    settings.check_each_once(holes, f"{name}: data.measured_holes_px must hold", "size")
    if not all(0 < hole < data.measured_square_px for hole in holes):
        raise ConfigError(
            f"{name}: data.measured_holes_px must lie between 0 and data.measured_square_px "
            f"({data.measured_square_px})"
        )
    return config
