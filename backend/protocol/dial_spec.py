"""What a dial is, and how far one is turned: said by packs, on the wire and to tasks alike.

Every number for a dial is checked here and nowhere else, whoever gives it: a person on the command
line, a host, a script.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from .errors import AlphaError, MalformedError
from .limits import LARGEST_ALPHA, MAX_NUMBERS

DialKind = Literal["blocks", "weights"]


@dataclass(frozen=True)
class DialSpec:
    """One dial of a pack. taps: where it has blocks; none where it turns the main net's weights.
    Ranges are (low, high) of alpha: what it was trained on, and what still gives sound pictures.
    """

    id: str
    title: str
    label_low: str
    label_high: str
    taps: tuple[str, ...]
    dual: bool
    trained_range: tuple[float, float]
    safe_range: tuple[float, float]
    default: float

    @property
    def kind(self) -> DialKind:
        """One of weights takes one number for the whole picture, and no map."""
        return "blocks" if self.taps else "weights"


@dataclass(frozen=True)
class DialSetting:
    """numbers: one alpha for all taps of the dial, or one for each tap in its order.
    use_map: multiply them, pixel by pixel, by the run's mask (0 = black, 1 = white).
    """

    numbers: tuple[float, ...]
    use_map: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.numbers) <= MAX_NUMBERS:
            raise MalformedError(
                f"dial setting: {len(self.numbers)} numbers; give one, or one for each tap"
            )


def check_numbers(dial: DialSpec, numbers: Sequence[float]) -> None:
    """Raises AlphaError for numbers that are too many, too few, infinite or far beyond any use."""
    if dial.kind == "weights" and len(numbers) != 1:
        raise AlphaError(
            f"dial '{dial.id}': {len(numbers)} numbers; it turns the weights of the whole net and "
            "takes one (decimals take a point: 0.6)"
        )
    if len(numbers) not in (1, len(dial.taps)):
        raise AlphaError(
            f"dial '{dial.id}': {len(numbers)} numbers; it takes 1, or {len(dial.taps)} for its "
            f"taps {', '.join(dial.taps)} (decimals take a point: 0.6)"
        )
    for number in numbers:
        if not math.isfinite(number) or abs(number) > LARGEST_ALPHA:
            raise AlphaError(
                f"dial '{dial.id}': {number:g} cannot be used; alpha is usually between 0 and 1 "
                f"and never beyond {LARGEST_ALPHA:g}"
            )


def check_map(dial: DialSpec, numbers: Sequence[float]) -> None:
    """Raises AlphaError where a map is to multiply a dial that knows no places in the picture."""
    if dial.kind == "weights" and any(numbers):
        raise AlphaError(
            f"dial '{dial.id}' is at {numbers[0]:g} and is to follow a map, which it cannot: it "
            "turns the weights of the whole net, which all places of a picture share; set it to 0, "
            "or leave the map out"
        )


def unknown_dial(name: str, dials: Sequence[DialSpec], *, pack: str) -> AlphaError:
    """The error for a dial that the pack (its id) does not have: names a near one, and all."""
    ids = [dial.id for dial in dials]
    near = get_close_matches(name.strip().casefold(), ids, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return AlphaError(
        f"pack '{pack}' has no dial {name!r}; {hint}its dials are: {', '.join(ids) or 'none'}"
    )
