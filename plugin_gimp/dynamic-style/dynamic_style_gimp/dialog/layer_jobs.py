"""The run that counts: one job for each layer, one after the other. No toolkit here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..layers.hole import Hole, hole_of
from ..layers.presence import check_still_there
from ..layers.run_settings import Settings
from ..plugin.events import RunFinished, RunProgress
from ..plugin.pack_list import COMPLETION
from ..plugin.requests import stylize_request
from ..plugin.worker import Worker
from ..protocol.messages import Result, Run, Stage

if TYPE_CHECKING:
    from ..layers.reading import Source


@dataclass(frozen=True)
class Step:
    """fraction: of all layers, 0 to 1. eta_s: of the layer that is being painted."""

    fraction: float
    eta_s: float | None
    stage: Stage


class FullRun:
    """Layers are read one by one, when their turn comes. holes: of an inpainting, as read."""

    def __init__(self, worker: Worker, sources: Sequence[Source], settings: Settings) -> None:
        self.settings = settings
        self.results: list[Result] = []
        self.holes: list[Hole] = []
        self._worker = worker
        self._sources = sources
        self._ticket = 0

    @property
    def is_done(self) -> bool:
        return len(self.results) == len(self._sources)

    def start_next(self) -> None:
        """Raises ImageReadError, or UsageError where there is nothing to fill, or nothing left."""
        check_still_there(self._sources)
        self._ticket = self._worker.run(self._request(self._sources[len(self.results)]))

    def owns(self, ticket: int) -> bool:
        return ticket == self._ticket

    def step(self, event: RunProgress) -> Step:
        fraction = (len(self.results) + event.fraction) / len(self._sources)
        is_last = len(self.results) + 1 == len(self._sources)
        return Step(fraction, event.eta_s if is_last else None, event.stage)

    def take(self, event: RunFinished) -> None:
        self.results.append(event.result)

    def _request(self, source: Source) -> Run:
        recipe = self.settings.recipe
        if recipe.task == COMPLETION:
            self.holes.append(hole_of(source, grow_px=recipe.grow_px))
            return self.holes[-1].request(recipe)
        return stylize_request(recipe, source.pixels(), source.alpha_map(recipe))
