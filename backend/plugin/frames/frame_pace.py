"""How far a run over many frames is, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..texts.stage_texts import frames_text


class FramePace:
    """count: of all frames. The first one also starts the backend and loads the pack, so that the
    others are judged without it as soon as there is another.
    """

    def __init__(self, count: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self.done = 0
        self._clock = clock
        self._marks_s = [clock()]  # when it began, and when each frame was done

    def mark(self) -> None:
        """One more frame is done."""
        self.done += 1
        self._marks_s.append(self._clock())

    def fraction(self, of_frame: float) -> float:
        """Of all, 0 to 1. of_frame: of the one that is being made."""
        return min(1.0, (self.done + of_frame) / max(1, self.count))

    def eta_s(self, of_frame: float) -> float | None:
        """Seconds that are left; None while nobody can tell."""
        if not self.done:
            return None
        first = 1 if self.done > 1 else 0
        frame_s = (self._marks_s[-1] - self._marks_s[first]) / (self.done - first)
        return frame_s * max(0.0, self.count - self.done - of_frame)

    def text(self, of_frame: float) -> str:
        """Such as "Frame 12 of 48, about 2 min left"."""
        number = min(self.done + 1, self.count)
        return frames_text(number, self.count, eta_s=self.eta_s(of_frame))
