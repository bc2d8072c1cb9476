"""A face generation run's settings, read from TOML."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import Annotated

from dynamic_style.backend.nets.architectures import GENERATED_PX

from .. import settings
from ..errors import ConfigError
from ..loss_network import check_layers
from ..ranges import BatchSize, LearningRate, Range, ShownSide, Steps, StoredSide, Width
from ..toml_settings import settings_from_toml

FREE_KEYS = (*settings.FREE_KEYS, r"loss\..*")  # here the loss network only measures

Count = Annotated[int, Range(1, 10**7)]


@dataclass(frozen=True, kw_only=True)
class FaceNetSettings(settings.NetSettings):
    width: Width = 64  # DCGAN's


@dataclass(frozen=True, kw_only=True)
class FaceDataSettings(settings.DataSettings):
    """layout: with `arrays`, photos is an .npz file with `images` (N, 64, 64, 3) uint8 and, for
    each attribute, N times 0 or 1; where `val` is 1 no training sees the picture. With `celeba` it
    is a folder that holds img_align_celeba and list_attr_celeba.txt: pictures are resized to the
    short side stored_px, and of that the middle is taken.
    """

    layout: typing.Literal["arrays", "celeba"] = "arrays"
    stored_px: StoredSide = GENERATED_PX
    crop_px: int = GENERATED_PX
    batch: BatchSize = 64
    is_mirrored: bool = True  # half of the pictures
    measured_px: ShownSide = GENERATED_PX
    measured_square_px: int = GENERATED_PX
    measured_photos: Annotated[int, Range(4, 100_000)] = 256  # so many seeds are measured
    measured_faces: Count = 20_000  # celeba: at most so many teach the classifier that measures
    validation_faces: Count = 2000  # celeba: the last so many are kept out of the training


@dataclass(frozen=True, kw_only=True)
class FaceLossSettings(settings.LossSettings):
    """What measures; it takes no part in the training. measured_layers: on which pictures are
    compared.
    """

    measured_layers: tuple[str, ...] = ("relu2_2", "relu3_3")
    classifier_steps: Steps = 600


@dataclass(frozen=True, kw_only=True)
class FaceMainSettings(settings.MainSettings):
    """Phase 1: the faces that have all of the required attributes and none of the excluded ones."""

    steps: Steps
    required_attributes: tuple[str, ...] = ()
    excluded_attributes: tuple[str, ...] = ()
    learning_rate: LearningRate = 2e-4  # DCGAN's, like the next ones
    discriminator_width: Annotated[int, Range(1, 1024)] = 64
    discriminator_learning_rate: LearningRate = 2e-4
    augments: bool = True  # what the discriminator sees: for few faces, such as a thousand


@dataclass(frozen=True, kw_only=True)
class FaceDialSettings(settings.DialSettings):
    """A dial towards other faces than the main net's. attribute: the one that it is about, required
    or excluded.
    """

    attribute: str
    required_attributes: tuple[str, ...] = ()
    excluded_attributes: tuple[str, ...] = ()
    learning_rate: LearningRate = 2e-4
    keep_weight: Annotated[float, Range(0, 1000)] = 5.0  # of what it changes, means in [0, 1]
    default: float = 0.0

    @property
    def is_towards(self) -> bool:
        """Whether turning the dial up gives faces that have the attribute."""
        return self.attribute in self.required_attributes


@dataclass(frozen=True, kw_only=True)
class FaceConfig(settings.TaskConfig):
    main: FaceMainSettings
    dials: tuple[FaceDialSettings, ...]
    task: typing.Literal["generation"] = "generation"
    net: FaceNetSettings = field(default_factory=FaceNetSettings)
    data: FaceDataSettings
    loss: FaceLossSettings = field(default_factory=FaceLossSettings)

    @property
    def chosen_faces(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """The required and the excluded attributes of each phase, the main net's first."""
        main = (self.main.required_attributes, self.main.excluded_attributes)
        return (main, *((d.required_attributes, d.excluded_attributes) for d in self.dials))


def parse_config(text: str, name: str = "config") -> FaceConfig:
    """name: what messages call the config. Raises ConfigError, and LossNetworkError for a layer."""
    config = settings_from_toml(FaceConfig, text, name=name)
    settings.check_settings(config, name, crop_multiple=GENERATED_PX)
    if config.data.crop_px != GENERATED_PX:
        raise ConfigError(
            f"{name}: data.crop_px is {config.data.crop_px}; the net makes faces of {GENERATED_PX}"
        )
    if config.pack.working_size_px != GENERATED_PX:
        raise ConfigError(
            f"{name}: pack.working_size_px is {config.pack.working_size_px}; it must be "
            f"{GENERATED_PX}, as large as the faces"
        )
    places = ("main", *(f"dials.{dial.id}" for dial in config.dials))
    for where, (required, excluded) in zip(places, config.chosen_faces, strict=True):
        both = sorted(set(required) & set(excluded))
        if both:
            raise ConfigError(f"{name}: {where} requires '{both[0]}' and excludes it; choose one")
    for dial in config.dials:
        if dial.attribute not in (*dial.required_attributes, *dial.excluded_attributes):
            raise ConfigError(
                f"{name}: dials.{dial.id}.attribute is '{dial.attribute}'; it must be one of its "
                "required_attributes or excluded_attributes"
            )
    layers = config.loss.measured_layers
    settings.check_each_once(layers, f"{name}: loss.measured_layers must name", "layer")
    check_layers(layers)
    return config
