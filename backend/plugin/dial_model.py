"""A dial while it is being turned: one alpha for all of its taps, or one for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..protocol.errors import AlphaError
from ..protocol.messages import DialSpec
from .translations import tr

_TOLERANCE = 1e-6  # what a spin box with a few decimals does to a number


class DialModel:
    """Starts at the dial's default, or at numbers: one, or one for each tap.

    Every number is kept inside slider_range. Raises AlphaError for what is no number, and for a
    count that is neither one nor that of the taps.
    """

    def __init__(self, spec: DialSpec, numbers: Sequence[float] | None = None) -> None:
        self.spec = spec
        self._numbers: tuple[float, ...] = (self._checked(spec.default),)
        if numbers is not None:
            self.restore(numbers)

    @property
    def numbers(self) -> tuple[float, ...]:
        """One number while the taps are linked, else one for each tap in the dial's order."""
        return self._numbers

    @property
    def alpha(self) -> float:
        """The number of linked taps; the mean of unlinked ones."""
        return math.fsum(self._numbers) / len(self._numbers)

    @property
    def is_linked(self) -> bool:
        return len(self._numbers) == 1

    @property
    def is_default(self) -> bool:
        return self.is_linked and abs(self._numbers[0] - self.spec.default) < _TOLERANCE

    @property
    def is_extrapolated(self) -> bool:
        """Whether any number lies outside what the blocks were trained on."""
        low, high = self.spec.trained_range
        return any(not low - _TOLERANCE <= n <= high + _TOLERANCE for n in self._numbers)

    @property
    def slider_range(self) -> tuple[float, float]:
        """(low, high): where pictures are still sound."""
        return self.spec.safe_range

    def tap_alpha(self, index: int) -> float:
        return self._numbers[0] if self.is_linked else self._numbers[index]

    def tap_title(self, index: int) -> str:
        """What a tap's own dial is called; the net's name of it belongs into a tooltip."""
        return tr("Block {number}").format(number=index + 1)

    def set(self, alpha: float) -> None:
        """Turn all taps to one number, which links them."""
        self._numbers = (self._checked(alpha),)

    def set_tap(self, index: int, alpha: float) -> None:
        """Turn one tap, which unlinks them; a dial with a single tap stays linked."""
        numbers = [self.tap_alpha(tap) for tap in range(len(self.spec.taps))]
        numbers[index] = self._checked(alpha)
        self._numbers = tuple(numbers)

    def reset(self) -> None:
        self.set(self.spec.default)

    def restore(self, numbers: Sequence[float]) -> None:
        """Take numbers that were stored: one, or one for each tap."""
        if len(numbers) not in (1, len(self.spec.taps)):
            raise AlphaError(
                f"dial '{self.spec.id}' takes 1 number"
                + (f" or {len(self.spec.taps)}" if self.spec.taps else "")
                + f", not {len(numbers)}; set it anew"
            )
        self._numbers = tuple(self._checked(number) for number in numbers)

    def _checked(self, alpha: float) -> float:
        if not math.isfinite(alpha):
            raise AlphaError(f"dial '{self.spec.id}': {alpha} is no number; give one like 0.6")
        low, high = self.spec.safe_range
        return min(high, max(low, float(alpha)))


def dial_models(specs: Iterable[DialSpec], stored: dict[str, tuple[float, ...]]) -> list[DialModel]:
    """A model for each dial of a pack, at its stored numbers where these still fit the dial."""
    models = []
    for spec in specs:
        numbers = stored.get(spec.id)
        if numbers is not None and len(numbers) not in (1, len(spec.taps)):
            numbers = None  # of another version of the pack
        models.append(DialModel(spec, numbers))
    return models


def numbers_of(models: Iterable[DialModel]) -> dict[str, tuple[float, ...]]:
    """What a recipe says of a pack's dials."""
    return {model.spec.id: model.numbers for model in models}


def turned_of(models: Iterable[DialModel]) -> dict[str, tuple[float, ...]]:
    """What is remembered of a pack's dials: those that are not at the pack's default, which a new
    version of the pack may move.
    """
    return {model.spec.id: model.numbers for model in models if not model.is_default}
