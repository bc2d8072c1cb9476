"""Random numbers that are the same on every machine and for every version of what makes them.

Fills are kept and measured, so equal seeds have to give equal fills for good. NumPy promises that
of RandomState alone; these are its 32 random bits, brought into a range by their remainder.
"""

from __future__ import annotations

import numpy as np

from .pyramid import Numbers


class RandomNumbers:
    def __init__(self, seed: int) -> None:
        """seed: its lowest 32 bits count."""
        self._state = np.random.RandomState(seed % 2**32)

    def between(self, low: int, high: int, shape: tuple[int, ...]) -> Numbers:
        """Whole numbers from low to high - 1."""
        return self._draw(shape) % (high - low) + low

    def sample(self, count: int, at_most: int) -> Numbers:
        """Distinct numbers below count, in no order."""
        order = np.arange(count)
        chosen = min(count, at_most)
        for place, step in enumerate(self._draw((min(chosen, count - 1),))):
            other = place + step % (count - place)
            order[place], order[other] = order[other], order[place]
        return order[:chosen]

    def _draw(self, shape: tuple[int, ...]) -> Numbers:
        return self._state.randint(0, 2**32, shape, np.uint32).astype(np.int64)
