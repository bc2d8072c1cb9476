"""Making pictures of seeds in the backend's process, with the result that this process would have
made.
"""

from __future__ import annotations

import secrets

import numpy as np

from ....compute.engine import StageDone
from ....images.color.icc_profile import Floats
from ....nets.architectures import GENERATED_PX
from ....protocol.messages import GenerateRun
from ...chosen_pack import ChosenPack
from ..backend_link import BackendLink
from ..travel import to_pixels, to_values
from ..worker import BACKEND
from .generator import GenerateJob


class RemoteGenerator:
    """A Generator of the backend's process."""

    computed_by = BACKEND

    def __init__(self, chosen: ChosenPack, link: BackendLink) -> None:
        self._chosen = chosen
        self._link = link
        self.device = link.device
        self.pack_sha256 = link.pack_sha256

    def may_do_unasked(self, job: GenerateJob) -> bool:
        """Always: nothing but the seed and the dials reaches the backend, and it is soon done."""
        return True

    def do(self, job: GenerateJob, on_stage: StageDone | None = None) -> Floats:
        """Errors as a LocalGenerator's, and ProtocolErrors."""
        empty = np.zeros((GENERATED_PX, GENERATED_PX, 3), np.float32)
        request = GenerateRun(
            job=secrets.token_hex(8),
            pack=self._chosen.manifest.id,
            pack_sha256=self.pack_sha256,
            dials=self._chosen.dials(job.turned),
            pixels=to_pixels(empty, in_8_bits=False),
            seed=job.seed,
        )
        return to_values(self._link.ask(request, on_stage, name=job.name))
