"""What a runner has at hand for one request: the pack, the cache, and whom to tell its progress."""

from __future__ import annotations

from dataclasses import dataclass

from ..compute.engine import ReadyPack
from .pack_cache import LoadedPack
from .preview_cache import ActivationCache
from .progress import Report, Timed


@dataclass(frozen=True)
class RunContext:
    """timings: seconds by step, filled in on the way. sparingly: use as little memory as can be,
    as it ran out before.
    """

    loaded: LoadedPack
    cache: ActivationCache
    report: Report
    timings: dict[str, float]
    sparingly: bool = False

    @property
    def pack(self) -> ReadyPack:
        return self.loaded.pack

    def timed(self, step: str) -> Timed:
        """Adds the seconds that a block takes to the step's."""
        return Timed(self.timings, step)
