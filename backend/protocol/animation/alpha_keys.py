"""One dial over time: alpha at some frames, the keys, and between them by an ease.

Frames are counted from 0. Before its first key and after its last a dial stands still.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

LINEAR, SMOOTH, HOLD = "linear", "smooth", "hold"
EASES = (LINEAR, SMOOTH, HOLD)
LAST_FRAME = 10_000_000  # four days at 24 a second: beyond it a number is a slip


@dataclass(frozen=True)
class AlphaKeys:
    """keys: (frame, alpha) by rising frames, at least one. ease: how alpha gets from one key to the
    next: evenly, slowly at both ends, or by a leap at the next key.
    """

    keys: tuple[tuple[int, float], ...]
    ease: str = LINEAR

    @property
    def alphas(self) -> tuple[float, ...]:
        return tuple(alpha for _, alpha in self.keys)

    def at(self, frame: float) -> float:
        after = bisect_right(self.keys, frame, key=lambda key: key[0])
        if after == 0:
            return self.keys[0][1]
        if after == len(self.keys) or self.ease == HOLD:
            return self.keys[after - 1][1]
        (start, low), (end, high) = self.keys[after - 1 : after + 1]
        part = (frame - start) / (end - start)
        if self.ease == SMOOTH:
            part = part * part * (3 - 2 * part)
        return low + (high - low) * part
