"""Ranges of a config's numbers, each beside its field: `steps: Annotated[int, Range(1, 9)]`."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import Annotated

from .errors import ConfigError

ABOVE_0 = 1e-30  # lowest of a number that must not be 0
MOST_STEPS = 10**9


@dataclass(frozen=True)
class Range:
    """From lowest to highest, both included; of a list, for each of its numbers."""

    lowest: float
    highest: float


Seed = Annotated[int, Range(0, (1 << 63) - 1)]  # as TOML has them
Steps = Annotated[int, Range(1, MOST_STEPS)]
LearningRate = Annotated[float, Range(ABOVE_0, 10)]
Width = Annotated[int, Range(1, 128)]  # the pack format's
BatchSize = Annotated[int, Range(1, 4096)]
StoredSide = Annotated[int, Range(1, 4096)]  # in pixels, as the next one
ShownSide = Annotated[int, Range(16, 4096)]
Scale = Annotated[float, Range(ABOVE_0, 1e9)]


def check_ranges(settings: object, name: str, *, table: str = "") -> None:
    """Check the numbers of a settings dataclass and of all that it holds.

    name: the config's, for the message. table: the settings' own key, ending in a dot. Raises
    ConfigError.
    """
    for key, hint in typing.get_type_hints(type(settings), include_extras=True).items():
        value, where = getattr(settings, key), f"{table}{key}"
        for found in getattr(hint, "__metadata__", ()):
            for number in value if isinstance(value, tuple) else (value,):
                _check_number(number, found, f"{name}: {where}")
        if dataclasses.is_dataclass(value):
            check_ranges(value, name, table=f"{where}.")
        elif isinstance(value, tuple):
            for member in value:
                if dataclasses.is_dataclass(member):
                    check_ranges(member, name, table=f"{where}.{getattr(member, 'id', '')}.")


def _check_number(value: float, span: Range, where: str) -> None:
    if not value >= span.lowest:
        wanted = "above 0" if span.lowest in (1, ABOVE_0) else f"{span.lowest} or more"
        raise ConfigError(f"{where} is {value}; it must be {wanted}")
    if value > span.highest:
        raise ConfigError(f"{where} is {value}; it must be at most {span.highest:g}")
