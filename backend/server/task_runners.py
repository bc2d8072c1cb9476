"""Which runner computes which request."""

from __future__ import annotations

from typing import Protocol

from ..protocol.messages import CompleteRun, Result, Run, StylizeRun
from .complete_runner import CompleteRunner
from .pack_cache import LoadedPacks
from .progress import Report
from .stylize_runner import StylizeRunner


class Runner(Protocol):
    """What the worker thread calls, and nobody else."""

    def run(self, request: Run, report: Report) -> Result:
        """Raises DynamicStyleErrors, and whatever report raises."""

    def idle(self) -> None:
        """To be called now and then while there is nothing to do."""


class TaskRunners:
    """One runner for each task, behind the call of one."""

    def __init__(
        self, packs: LoadedPacks, *, stylize: StylizeRunner, complete: CompleteRunner
    ) -> None:
        self._packs = packs
        self._stylize = stylize
        self._complete = complete

    def run(self, request: Run, report: Report) -> Result:
        """As Runner.run()."""
        match request:
            case StylizeRun():
                return self._stylize.run(request, report)
            case CompleteRun():
                return self._complete.run(request, report)

    def idle(self) -> None:
        """Unload the packs that nobody uses."""
        self._packs.unload_idle()
