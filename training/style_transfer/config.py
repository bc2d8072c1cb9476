"""A style run's settings, read from TOML, and the ranges that their types cannot say."""

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
    Spans,
    check_crop,
    check_dial_ids,
    check_measured_square,
    check_spans,
)
from ..toml_settings import read_table, read_text, settings_from_toml

TASKS = ("style_transfer", "completion")


@dataclass(frozen=True)
class LicenceText:
    """spdx: an SPDX identifier, or empty where there is none and `note` says what holds."""

    spdx: str = ""
    note: str = ""
    author: str = ""
    source: str = ""


@dataclass(frozen=True)
class PackSettings:
    """What the pack's manifest says about itself. Who made it and the weights' licence have no
    default; configs of older packs lack them, so that only the preflight asks for both.
    """

    id: str
    title: str
    summary: str
    version: str = "1.0.0"
    authors: tuple[str, ...] = ()
    working_size_px: int = 768  # long side at which the strokes look as trained
    weights_licence: LicenceText = field(default_factory=LicenceText)
    style_licences: tuple[LicenceText, ...] = ()
    data_licence: LicenceText = field(default_factory=LicenceText)


@dataclass(frozen=True)
class NetSettings:
    width: int = 16  # 32 is the paper's net, 16 the lite one
    initialise_from: str = ""  # a pack's id, folder or file: start from its main net


@dataclass(frozen=True)
class DataSettings:
    """Folders are relative to the data root given on the command line."""

    photos: str = "photos/train"
    validation: str = "photos/val"
    stored_px: int = 272  # photos are kept as squares of this side
    crop_px: int = 144  # random crops that the nets see
    batch: int = 4  # over all processes together
    measured_px: int = 256  # validation photos are resized to this short side
    measured_square_px: int = 192  # and cropped to their centre square of this side


@dataclass(frozen=True)
class LossSettings:
    """Layers of VGG-16 by their usual names; lambda is tied to these. With normalisation "target"
    each layer's difference is relative to the target's own size, and the same lambda means the same
    for every painting: 1 grades colours, 5 paints, 50 takes over. With "none" lambda is tied to the
    painting and to activation_scale as well, and layers with small activations are not seen.
    """

    content_layer: str = "relu2_2"
    style_layers: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3")
    normalisation: typing.Literal["none", "target"] = "none"
    activation_scale: float = 60.0  # the network's activations are divided by this
    total_variation: float = 0.0  # weight of the output's own roughness


@dataclass(frozen=True)
class Objective:
    """content loss + style_weight (lambda) * style loss against one painting at one size."""

    style: str  # the painting, relative to the data root
    style_weight: float
    style_px: int = 256  # short side of the painting: larger gives larger strokes


@dataclass(frozen=True)
class MainSettings:
    objective: Objective
    steps: int  # 0 with net.initialise_from: keep that main net and train an add-on pack for it
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class DialSettings:
    """A dial to train on the frozen main net. With `lower` it is dual: lower answers alpha < 0."""

    id: str
    title: str
    label_low: str
    label_high: str
    higher: Objective
    steps: int
    lower: Objective | None = None
    kind: typing.Literal["strength", "second_style", "texture_scale"] = "strength"
    taps: tuple[str, ...] = ()  # all of the net's when empty; one name trains a single block
    alpha: typing.Literal["fixed", "sampled"] = "fixed"  # fixed at 1 is the paper's scheme
    zero_init: bool = True  # last convolution of each block starts at zero
    learning_rate: float = 1e-3
    safe_range: tuple[float, float] = (-0.3, 1.3)
    default: float = 1.0

    @property
    def trained_range(self) -> tuple[float, float]:
        return (-1.0, 1.0) if self.lower is not None else (0.0, 1.0)


@dataclass(frozen=True)
class RunSettings:
    """How often a run writes things down, and in which precision it computes."""

    precision: typing.Literal["auto", "float32", "bfloat16"] = "auto"
    checkpoint_every_s: float = 120.0
    checkpoint_every_steps: int = 0  # 0: by the clock alone
    sample_every_steps: int = 100
    sample_photos: int = 3
    sample_px: int = 256

    @property
    def spans(self) -> Spans:
        return {
            "run.checkpoint_every_s": (self.checkpoint_every_s, 0, 1e12),
            "run.checkpoint_every_steps": (self.checkpoint_every_steps, 0, MOST_STEPS),
            "run.sample_every_steps": (self.sample_every_steps, 1, MOST_STEPS),
            "run.sample_photos": (self.sample_photos, 1, 256),
            "run.sample_px": (self.sample_px, 16, 2048),
        }


@dataclass(frozen=True)
class TrainingConfig:
    pack: PackSettings
    main: MainSettings
    dials: tuple[DialSettings, ...]
    task: typing.Literal["style_transfer"] = "style_transfer"
    seed: int = 1
    net: NetSettings = field(default_factory=NetSettings)
    data: DataSettings = field(default_factory=DataSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    run: RunSettings = field(default_factory=RunSettings)


def read_config(path: Path) -> tuple[TrainingConfig, str]:
    """The settings and the TOML text they came from. Raises ConfigError."""
    text = read_text(path)
    return parse_config(text, name=str(path)), text


def task_of(path: Path) -> str:
    """The task that a config is for. Raises ConfigError."""
    task = read_table(read_text(path), name=str(path)).get("task", TASKS[0])
    if task not in TASKS:
        raise ConfigError(f"{path}: task is {task!r:.60}; it must be one of {', '.join(TASKS)}")
    return str(task)


def parse_config(text: str, *, name: str = "config") -> TrainingConfig:
    """Raises ConfigError."""
    config = settings_from_toml(TrainingConfig, text, name=name)
    _check(config, name)
    return config


def _check(config: TrainingConfig, name: str) -> None:
    check_dial_ids([dial.id for dial in config.dials], name)
    data, main = config.data, config.main
    spans: dict[str, tuple[float, float, float]] = {
        "seed": (config.seed, 0, MOST_SEED),
        "net.width": (config.net.width, 1, MOST_WIDTH),
        "data.batch": (data.batch, 1, 4096),
        "data.stored_px": (data.stored_px, 1, 4096),
        "data.measured_px": (data.measured_px, 16, 4096),
        "loss.activation_scale": (config.loss.activation_scale, ABOVE_0, 1e9),
        "loss.total_variation": (config.loss.total_variation, 0, 1e9),
        "main.learning_rate": (main.learning_rate, ABOVE_0, 10),
        **_objective_spans("main.objective", main.objective),
        **config.run.spans,
    }
    for dial in config.dials:
        where = f"dials.{dial.id}"
        spans[f"{where}.steps"] = (dial.steps, 1, MOST_STEPS)
        spans[f"{where}.learning_rate"] = (dial.learning_rate, ABOVE_0, 10)
        spans |= _objective_spans(f"{where}.higher", dial.higher)
        if dial.lower is not None:
            spans |= _objective_spans(f"{where}.lower", dial.lower)
    check_spans(spans, name)
    layers = config.loss.style_layers
    if not layers or len(set(layers)) < len(layers):
        raise ConfigError(f"{name}: loss.style_layers must name at least one layer, each once")
    if not 0 <= main.steps <= MOST_STEPS or (main.steps == 0 and not config.net.initialise_from):
        raise ConfigError(
            f"{name}: main.steps is {main.steps}; it must be above 0, or 0 with "
            "net.initialise_from naming the pack whose main net is kept"
        )
    check_crop(data.crop_px, data.stored_px, name, multiple=4)
    check_measured_square(data.measured_square_px, data.measured_px, name)


def _objective_spans(where: str, objective: Objective) -> Spans:
    return {
        f"{where}.style_weight": (objective.style_weight, ABOVE_0, 1e30),
        f"{where}.style_px": (objective.style_px, 16, 4096),
    }
