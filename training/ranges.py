"""Ranges of a config's numbers that both tasks have in common. Each refusal is a ConfigError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .errors import ConfigError

Spans: TypeAlias = Mapping[str, tuple[float, float, float]]  # key: (value, lowest, highest)

ABOVE_0 = 1e-30  # lowest of a number that must not be 0
MOST_SEED = (1 << 63) - 1  # as TOML has them
MOST_STEPS = 10**9
MOST_WIDTH = 128  # the pack format's


def check_spans(spans: Spans, name: str) -> None:
    """name: the config's, for the message."""
    for key, (value, low, high) in spans.items():
        if not value >= low:
            wanted = "above 0" if low in (1, ABOVE_0) else f"{low} or more"
            raise ConfigError(f"{name}: {key} is {value}; it must be {wanted}")
        if value > high:
            raise ConfigError(f"{name}: {key} is {value}; it must be at most {high:g}")


def check_dial_ids(ids: Sequence[str], name: str) -> None:
    if not ids:
        raise ConfigError(f"{name}: it has no dials; add a [[dials]] table")
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ConfigError(f"{name}: two dials are called '{twice[0]}'; rename one")


def check_crop(crop_px: int, stored_px: int, name: str, *, multiple: int) -> None:
    if crop_px < 32 or crop_px % multiple:
        raise ConfigError(
            f"{name}: data.crop_px is {crop_px}; take a multiple of {multiple} from 32 up"
        )
    if stored_px < crop_px:
        raise ConfigError(
            f"{name}: data.stored_px ({stored_px}) is below data.crop_px ({crop_px}); a crop "
            "cannot be larger than the stored photo"
        )


def check_measured_square(square_px: int, measured_px: int, name: str) -> None:
    if not 16 <= square_px <= measured_px or square_px % 4:
        raise ConfigError(
            f"{name}: data.measured_square_px ({square_px}) must be a multiple of 4 from 16 up "
            f"and at most data.measured_px ({measured_px})"
        )
