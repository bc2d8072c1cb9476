"""A pack loaded into this process, and pictures through it one after the other.

Loads an engine: import it once everything else is known to be right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...compute.choose_engine import choose_engine
from ...compute.engine import make_ready
from ...compute.fresh_thread import in_fresh_thread
from ...packs.weights import read_weights
from ...protocol.errors import DeviceError, ImageSizeError, MaskError
from ..chosen_pack import ChosenPack
from ..options import PackOptions
from .worker import THIS_PROCESS

_T = TypeVar("_T")


class LocalPack:
    """What all Workers of this process have in common."""

    computed_by = THIS_PROCESS

    def __init__(self, chosen: ChosenPack, options: PackOptions) -> None:
        """Raises PackError, DeviceError, UsageError."""
        engine = choose_engine(options.wish)
        self.pack = make_ready(engine, read_weights(chosen.path))
        self.device = engine.title
        self.pack_sha256 = self.pack.sha256
        self._ran_out = False  # of memory, at an earlier picture

    def compute(self, run: Callable[[], _T], *, name: str) -> _T:
        """What run() gives for the picture of that name, which its errors then begin with. Raises
        ImageSizeError or DeviceError when the memory does not do, and MaskError.
        """
        try:
            return in_fresh_thread(run) if self._ran_out else run()
        except (ImageSizeError, DeviceError, MaskError) as error:
            self._ran_out |= isinstance(error, DeviceError)
            raise type(error)(f"{name}: {error}") from error
