"""What computes nets, as the tasks see it: a pack's weights in, pictures through its net.

`torch_engine.py` and `openvino_engine.py` fulfil it, `choose_engine.py` says which one runs. What
goes in and comes out are float32 arrays (H, W, C). No torch here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..packs import Manifest
from ..packs.weights import PackWeights
from .norm_statistics import NormMemory, NormStatistics

Floats = npt.NDArray[np.float32]
StageDone = Callable[[int, int], None]  # steps done, steps in all; may raise to stop the run


@dataclass(frozen=True)
class DialAlpha:
    """One dial's setting. numbers: one for all taps, or one for each tap of the net, in its order.
    map: (H, W) that multiplies them place by place, of any size; None: 1 everywhere.
    """

    numbers: tuple[float, ...]
    map: Floats | None = None

    def at_tap(self, index: int) -> float:
        return self.numbers[index] if len(self.numbers) > 1 else self.numbers[0]


Alphas = Mapping[str, DialAlpha]  # by dial, in the pack's order; dials not named stand at 0


class Replay(Protocol):
    """A net on one picture, again and again, as a dial is turned. For one thread at a time."""

    x: Floats

    @property
    def bytes(self) -> int:
        """Memory that is held between runs."""

    def run(self, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        """As Net.run(), but for rounding."""


class Painter(Protocol):
    """What a picture is put through: a net, or one whose norms remember. Height and width are
    multiples that its layout names. For one thread at a time. device: "cpu", "cuda" or "mps".
    """

    device: str
    can_run_in_strips: bool

    def run(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        """(H, W, C) to (H, W, 3), not clamped. on_stage is called on the way and may raise to stop.
        Where memory runs out, it raises what out_of_memory.py knows.
        """

    def run_in_strips(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        """The same but for rounding, in a fraction of the memory; where can_run_in_strips."""


class Net(Painter, Protocol):
    """A pack's net."""

    def run_remembering(
        self,
        x: Floats,
        alphas: Alphas,
        memory: NormMemory | None,
        on_stage: StageDone | None = None,
        *,
        in_strips: bool = False,
    ) -> tuple[Floats, NormStatistics]:
        """As run() or run_in_strips(), with InstanceNorms that mix in what they used before. None:
        with their own statistics, so that the picture is run()'s but for rounding. Returns what
        they used as well. Of style nets alone.
        """

    def start_replay(self, x: Floats) -> Replay:
        """Nothing is computed yet."""

    def for_deep_results(self) -> Net:
        """The net for results of more than 8 bits: this one, unless it has chosen by itself a
        precision that does not do for them.
        """

    def bytes_to_run(self, size: tuple[int, int]) -> int:
        """What run() takes at its peak for a picture of `size` (height, width)."""

    def bytes_in_strips(self, size: tuple[int, int]) -> int:
        """The same of run_in_strips()."""


class Engine(Protocol):
    """name: "openvino" or "torch". precision: "float32" or "bfloat16". device: "cpu", "cuda" or
    "mps". title: all of it for people.
    """

    name: str
    precision: str
    device: str
    title: str

    def load(self, weights: PackWeights) -> Net:
        """The net of a pack's weights."""

    def memory_at_hand(self) -> int:
        """Bytes that a run can take now without pushing anything out."""


@dataclass(frozen=True)
class ReadyPack:
    """A pack whose net is ready to run. sha256 and main_sha256 as PackWeights has them."""

    manifest: Manifest
    net: Net
    engine: Engine
    sha256: str
    main_sha256: str
    path: Path


def make_ready(engine: Engine, weights: PackWeights) -> ReadyPack:
    """A pack's weights, loaded by an engine."""
    return ReadyPack(
        weights.manifest,
        engine.load(weights),
        engine,
        weights.sha256,
        weights.main_sha256,
        weights.path,
    )
