"""How far a run is, and where its time went."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..protocol.messages import Stage
from .pack_cache import LoadedPack

# How much of the run is done, 0 to 1, and what is going on. May raise to stop the run.
Report = Callable[[float, Stage], None]


class StageClock:
    """Tells how much of a net is done, by how long each stage, or strip, took the last time."""

    def __init__(self, loaded: LoadedPack, report: Report, *, doing: Stage) -> None:
        self._loaded = loaded
        self._report = report
        self._doing = doing
        self._seconds: list[float] = []
        self._total = 0
        self._last = time.perf_counter()

    def stage_done(self, done: int, total: int) -> None:
        now = time.perf_counter()
        self._seconds.append(now - self._last)
        self._last, self._total = now, total
        known = self._loaded.stage_seconds
        if len(known) == total and sum(known) > 0:
            fraction = sum(known[:done]) / sum(known)
        else:
            fraction = done / total
        self._report(min(1.0, fraction), self._doing)

    def learn(self) -> None:
        """Remember how long the stages took, for the next run."""
        if len(self._seconds) == self._total:  # or it began anew, in strips
            self._loaded.stage_seconds = self._seconds


class Timed:
    """Adds the seconds that a block takes to timings[step]."""

    def __init__(self, timings: dict[str, float], step: str) -> None:
        self._timings = timings
        self._step = step

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        spent = time.perf_counter() - self._started
        self._timings[self._step] = self._timings.get(self._step, 0.0) + spent
