"""The run that counts: one job for each layer, one after the other. No toolkit here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..layers.layer_task import LayerTask, Subject
from ..layers.presence import check_still_there
from ..layers.reading import Source
from ..layers.run_settings import Settings
from ..plugin.events import RunFinished, RunProgress
from ..plugin.texts.stage_texts import progress_text
from ..plugin.worker import Worker
from ..protocol.messages import Result


@dataclass(frozen=True)
class Painted:
    """What the dialog hands back on OK: one full run's Result for each subject. The image is
    untouched: LayerTask.place lays them into it, in one undo step.
    """

    settings: Settings
    subjects: tuple[Subject, ...]
    results: tuple[Result, ...]


class FullRun:
    """Layers are read one by one, when their turn comes. fraction: of all of them, 0 to 1. text:
    how far that is, in words.
    """

    def __init__(
        self, worker: Worker, sources: Sequence[Source], settings: Settings, *, work: LayerTask
    ) -> None:
        self.fraction = 0.0
        self.text = progress_text(0.0, eta_s=None, stage=None)
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

    def step(self, event: RunProgress) -> None:
        self.fraction = (len(self._results) + event.fraction) / len(self._sources)
        is_last = len(self._results) + 1 == len(self._sources)
        eta_s = event.eta_s if is_last else None  # it is of one layer alone
        self.text = progress_text(self.fraction, eta_s=eta_s, stage=event.stage)

    def take(self, event: RunFinished) -> None:
        self._results.append(event.result)
