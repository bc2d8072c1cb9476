"""A dial's numbers, as people and hosts give them, in the order of the net's taps. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from .manifest import DialSpec

LARGEST_ALPHA = 100.0  # far beyond any safe range; a percentage or a slip rather than a wish


def at_net_taps(
    numbers: Sequence[float], dial: DialSpec, net_taps: Sequence[str]
) -> tuple[float, ...]:
    """A dial's own numbers in the net's order of taps; 0 where the dial has no block."""
    if len(numbers) == 1:
        return tuple(numbers)
    own = dict(zip(dial.taps, numbers, strict=True))
    return tuple(own.get(tap, 0.0) for tap in net_taps)
