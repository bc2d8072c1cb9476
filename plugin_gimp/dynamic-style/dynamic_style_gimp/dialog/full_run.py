"""The run that counts: one job for each layer, one after the other. No toolkit here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..layers.layer_task import LayerTask, Subject
from ..layers.presence import check_still_there
from ..layers.reading import Source
from ..layers.run_settings import Settings
from ..plugin.events import RunFinished, RunProgress
from ..plugin.worker import Worker
from ..protocol.messages import Result, Stage


@dataclass(frozen=True)
class Painted:
    """What the dialog hands back on OK: one full run's Result for each subject. The image is
    untouched: LayerTask.place lays them into it, in one undo step.
    """

    settings: Settings
    subjects: tuple[Subject, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Step:
    """fraction: of all layers, 0 to 1. eta_s: of the layer that is being painted."""

    fraction: float
    eta_s: float | None
    stage: Stage


class FullRun:
    """Layers are read one by one, when their turn comes."""

    def __init__(
        self, worker: Worker, sources: Sequence[Source], settings: Settings, *, work: LayerTask
    ) -> None:
        self._settings = settings
        self._subjects: list[Subject] = []
        self._results: list[Result] = []
        self._worker = worker
        self._sources = sources
        self._work = work
        self._ticket = 0

    @property
    def painted(self) -> Painted | None:
        """What has come of it; None while anything is to be done."""
        if len(self._results) < len(self._sources):
            return None
        return Painted(self._settings, tuple(self._subjects), tuple(self._results))

    def start_next(self) -> None:
        """Raises ImageReadError, or UsageError where there is nothing to fill, or nothing left."""
        check_still_there(self._sources)
        recipe = self._settings.recipe
        subject = self._work.subject_of(self._sources[len(self._results)], recipe.grow_px)
        self._subjects.append(subject)
        self._ticket = self._worker.run(subject.request(recipe))

    def owns(self, ticket: int) -> bool:
        return ticket == self._ticket

    def step(self, event: RunProgress) -> Step:
        fraction = (len(self._results) + event.fraction) / len(self._sources)
        is_last = len(self._results) + 1 == len(self._sources)
        return Step(fraction, event.eta_s if is_last else None, event.stage)

    def take(self, event: RunFinished) -> None:
        self._results.append(event.result)
