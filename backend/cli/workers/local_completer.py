"""Filling holes in this process. Loads an engine (local_pack.py)."""

from __future__ import annotations

from ...compute.engine import StageDone
from ...images.picture import as_floats
from ...tasks.complete_run import CompleteSettings, Filled, finish_complete, start_complete
from ..chosen_pack import ChosenPack
from ..options import CompleterOptions
from .completer import CompleteJob
from .local_pack import LocalPack

STEPS = 1000  # of progress
FILL_SHARE = 0.85  # of it: searching patches takes longer than the net


class LocalCompleter(LocalPack):
    """A Completer of this process."""

    def __init__(self, chosen: ChosenPack, options: CompleterOptions) -> None:
        """Load the pack. Raises PackError, DeviceError."""
        super().__init__(chosen, options.pack)
        self._settings = CompleteSettings(
            chosen.dials(), options.grow_px, options.feather_px, options.seed
        )

    def do(self, job: CompleteJob, on_stage: StageDone | None = None) -> Filled:
        """Raises MaskError, and ImageSizeError or DeviceError when the memory does not do."""
        alpha = job.picture.metadata.alpha
        cover = None if alpha is None else as_floats(alpha)

        def tell(share: float) -> None:
            if on_stage is not None:
                on_stage(round(share * STEPS), STEPS)

        def run() -> Filled:
            completion = start_complete(
                self.pack,
                job.picture.colors,
                job.weights,
                self._settings,
                cover=cover,
                on_fill=lambda share: tell(FILL_SHARE * share),
            )
            return finish_complete(
                self.pack,
                completion,
                self._settings,
                cover=cover,
                on_stage=lambda done, of: tell(FILL_SHARE + (1 - FILL_SHARE) * done / of),
            )

        return self.compute(run, name=job.name)
