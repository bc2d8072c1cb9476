"""A training run's settings: frozen dataclasses read from TOML. An unknown key is an error that
names the nearest known one, so that a typo never trains the wrong thing for an hour.
"""

from __future__ import annotations

import dataclasses
import difflib
import sys
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from dynamic_style.backend.protocol.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")


@dataclass(frozen=True)
class LicenceText:
    """spdx: an SPDX identifier, or empty where there is none and `note` says what holds."""

    spdx: str = ""
    note: str = ""
    author: str = ""
    source: str = ""


@dataclass(frozen=True)
class PackSettings:
    """What the pack's manifest says about itself."""

    id: str
    title: str
    summary: str
    version: str = "1.0.0"
    authors: tuple[str, ...] = ("The Dynamic Style authors",)
    working_size_px: int = 768  # long side at which the strokes look as trained
    weights_licence: LicenceText = field(default_factory=lambda: LicenceText(spdx="CC0-1.0"))
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
    text = read_text(path)
    try:
        return str(tomllib.loads(text).get("task", "style_transfer"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}; mend that line") from error


def parse_config(text: str, *, name: str = "config") -> TrainingConfig:
    config = settings_from_toml(TrainingConfig, text, name=name)
    _check(config, name)
    return config


def settings_from_toml(cls: type[T], text: str, *, name: str) -> T:
    """The dataclass that a TOML text describes, every key and type checked. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}; mend that line") from error
    return _build(cls, table, where=name)


def read_text(path: Path) -> str:
    """A config's text. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"config '{path}' cannot be read: {error.strerror}; check it") from error


def _build(cls: type[T], table: dict[str, Any], *, where: str) -> T:
    """Make the dataclass from a TOML table, checking every key and every value's type."""
    hints = typing.get_type_hints(cls)
    for key in table:
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1, cutoff=0.4)
            advice = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(hints)}"
            raise ConfigError(f"{where}: unknown key '{key}'; {advice}")
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    needed = [
        f.name
        for f in fields
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [key for key in needed if key not in table]
    if missing:
        raise ConfigError(f"{where}: '{missing[0]}' is missing; add it")
    values = {key: _value(hints[key], v, where=f"{where}: {key}") for key, v in table.items()}
    return cls(**values)


def _value(hint: Any, value: Any, *, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise ConfigError(f"{where} should be a table, not {value!r}")
        return _build(hint, value, where=where)
    if origin in (typing.Union, types.UnionType):
        return _value(args[0], value, where=where)  # "X | None": TOML has no null
    if origin is typing.Literal:
        if value not in args:
            raise ConfigError(f"{where} is {value!r}; it must be one of {', '.join(args)}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where} should be a list, not {value!r}")
        if args[-1] is not Ellipsis and len(value) != len(args):
            raise ConfigError(f"{where} should hold {len(args)} values, not {len(value)}")
        return tuple(_value(args[0], v, where=f"{where}[{i}]") for i, v in enumerate(value))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is not bool and isinstance(value, bool)):
        raise ConfigError(f"{where} is {value!r}; it must be of type {hint.__name__}")
    return value


def _check(config: TrainingConfig, name: str) -> None:
    """Ranges that types cannot say."""
    ids = [dial.id for dial in config.dials]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise ConfigError(f"{name}: two dials are called '{twice.pop()}'; rename one")
    positive = {
        "net.width": config.net.width,
        "data.batch": config.data.batch,
        "loss.activation_scale": config.loss.activation_scale,
        "main.learning_rate": config.main.learning_rate,
        **{f"dials.{dial.id}.steps": dial.steps for dial in config.dials},
        **{f"dials.{dial.id}.learning_rate": dial.learning_rate for dial in config.dials},
    }
    for key, value in positive.items():
        if not value > 0:
            raise ConfigError(f"{name}: {key} is {value}; it must be above 0")
    if config.main.steps < 0 or (config.main.steps == 0 and not config.net.initialise_from):
        raise ConfigError(
            f"{name}: main.steps is {config.main.steps}; it must be above 0, or 0 with "
            "net.initialise_from naming the pack whose main net is kept"
        )
    if config.data.crop_px < 32 or config.data.crop_px % 4:
        raise ConfigError(
            f"{name}: data.crop_px is {config.data.crop_px}; take a multiple of 4 from 32 up"
        )
    if not 0 < config.data.measured_square_px <= config.data.measured_px:
        raise ConfigError(
            f"{name}: data.measured_square_px ({config.data.measured_square_px}) must be above 0 "
            f"and at most data.measured_px ({config.data.measured_px})"
        )
    if config.data.stored_px < config.data.crop_px:
        raise ConfigError(
            f"{name}: data.stored_px ({config.data.stored_px}) is below data.crop_px "
            f"({config.data.crop_px}); a crop cannot be larger than the stored photo"
        )
