"""Making pictures of seeds in this process. Loads an engine (local_pack.py)."""

from __future__ import annotations

from ....compute.engine import StageDone
from ....images.color.icc_profile import Floats
from ....tasks.generate_run import GenerateSettings, generate
from ...chosen_pack import ChosenPack
from ...options import PackOptions
from ..local_pack import LocalPack
from .generator import GenerateJob


class LocalGenerator(LocalPack):
    """A Generator of this process."""

    def __init__(self, chosen: ChosenPack, options: PackOptions) -> None:
        """Load the pack. Raises PackError, DeviceError."""
        super().__init__(chosen, options)
        self._chosen = chosen

    def do(self, job: GenerateJob, on_stage: StageDone | None = None) -> Floats:
        """Raises DeviceError when the memory does not do."""
        settings = GenerateSettings(self._chosen.dials(job.turned), job.seed)
        return self.compute(lambda: generate(self.pack, settings, on_stage=on_stage), name=job.name)
