"""Which runner computes which request, and what all of them share: the pack, and a second try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..compute.out_of_memory import name_lack_of_memory
from ..protocol.errors import DeviceError, PackIntegrityError, UsageError
from ..protocol.messages import CompleteRun, GenerateRun, Result, Run, StylizeRun
from ..protocol.pixels import Pixels
from ..protocol.runs import TASKS
from .pack_cache import LoadedPack, LoadedPacks
from .preview_cache import ActivationCache
from .progress import Report, Timed
from .run_context import RunContext
from .runners.complete_runner import run_complete
from .runners.generate_runner import run_generate
from .runners.stylize_runner import run_stylize

# The request's type -> what computes it.
RUNNERS: dict[type[Run], Callable[[Any, RunContext], Pixels]] = {
    StylizeRun: run_stylize,
    CompleteRun: run_complete,
    GenerateRun: run_generate,
}


class Runner(Protocol):
    """What the worker thread calls, and nobody else."""

    def run(self, request: Run, report: Report) -> Result:
        """Raises DynamicStyleErrors, and whatever report raises."""

    def idle(self) -> None:
        """To be called now and then while there is nothing to do."""


class TaskRunners:
    """All tasks behind one call. For one thread."""

    def __init__(self, packs: LoadedPacks, cache: ActivationCache) -> None:
        self._packs = packs
        self._cache = cache

    def run(self, request: Run, report: Report) -> Result:
        """As Runner.run(). What is kept of other pictures makes room where memory runs out."""
        timings: dict[str, float] = {}
        with Timed(timings, "load"):
            report(0.0, "loading the pack")
            loaded = self._load(request)
        try:
            pixels = _run(request, RunContext(loaded, self._cache, report, timings))
        except DeviceError:
            if not len(self._cache):
                raise
            self._cache.clear()  # the memory that it held may be what was missing
            context = RunContext(loaded, self._cache, report, timings, sparingly=True)
            pixels = _run(request, context)
        finally:
            self._cache.settle()
        pixels.sha256()  # computed here, so that the thread that sends need not
        return Result(request.job, pixels, timings)

    def idle(self) -> None:
        """Unload the packs that nobody uses."""
        self._packs.unload_idle()

    def _load(self, request: Run) -> LoadedPack:
        """The request's pack. Raises a PackError, or UsageError for one of another task."""
        loaded = self._packs.get(request.pack)
        pack = loaded.pack
        if pack.manifest.task != request.task:
            raise UsageError(
                f"pack '{request.pack}' is for {TASKS[pack.manifest.task].purpose}, not for "
                f"{request.purpose}; choose another pack"
            )
        if request.pack_sha256 not in (None, pack.sha256):
            raise PackIntegrityError(
                f"pack '{request.pack}' is not the one that was asked for: it has the hash "
                f"{pack.sha256[:12]}…, not {str(request.pack_sha256)[:12]}…; list the packs again"
            )
        return loaded


def _run(request: Run, context: RunContext) -> Pixels:
    """Raises DeviceError wherever on the way memory runs out."""
    size = (request.pixels.height, request.pixels.width)
    doing = f"working on {size[1]} x {size[0]} pixels"
    with name_lack_of_memory(doing, advice="close programs, or send a smaller picture"):
        return RUNNERS[type(request)](request, context)
