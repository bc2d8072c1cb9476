"""A Dynamic-Net compiled for this CPU, and run.

There is one compiled graph for each set of tuning blocks that is in use, made when it is first
asked for (a tenth of a second) and kept: it serves pictures of every size and all settings of its
dials. Dials of weights have one for each of their settings. A run is one call into OpenVINO, which
is looked after from here: what it has done is told by the clock, and it can be stopped.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...images.resampling import bilinear
from ...nets.architectures import LAYOUTS, NetLayout
from ...packs.weights import PackWeights
from ..engine import Alphas, Floats, StageDone
from ..norm_statistics import NormMemory, NormStatistics
from .dynamic_graph import Block, build_graph
from .remembering_norms import RememberingNorms, given_values, used_statistics
from .runtime import DEVICE, core, infer, ov, settings_for
from .turned_blocks import TurnedBlock, turned_blocks
from .turned_weights import Turned, turn_weights, turned_dials

MOST_GRAPHS = 8  # kept compiled, those used last
MOST_TURNED = 2  # of them with turned weights: each is for one setting, and holds a net of its own
POLL_MS = 20
STEPS = 1000  # in which progress is told
PRIMITIVES_KEPT = 400  # code for the sizes used last: some 80 for each, of about 1 MiB together
RECOVERY_PX = (8, 12)
MARK = np.float32(-1.2345e30)
MOST_TOLD = 0.95  # of the progress, before a run has really ended
# Before the first run has told how quick this CPU is: of one thread in a second, for a net of width
# 1 with blocks. From CPUs of 2015 to 2025, rather too slow than too quick.
PIXELS_PER_S = {"float32": 1e8, "bfloat16": 4e8}


class _Graph:
    """A compiled graph and the one request that runs it.

    After a run that was stopped OpenVINO (2026.4) gives that run's old numbers for the next
    picture, if it has the size of the last one that got to its end. So the next ones then are two
    small ones of other sizes, which nobody looks at. And where it finds no room for a larger
    picture, it sometimes says nothing and leaves the output as it was.
    """

    def __init__(self, compiled: Any, layout: NetLayout) -> None:
        self._layout = layout
        self._request = compiled.create_infer_request()
        self._was_broken_off = False

    def run(
        self, values: Sequence[Floats], on_stage: StageDone | None, expected_s: float
    ) -> Floats:
        """The output (C, H, W), which is the caller's own. After a RuntimeError or a MemoryError
        the graph is not to be used any more.
        """
        if self._was_broken_off:
            self._recover(values)
        self._give(values)
        self._mark_output()
        try:
            _infer(self._request, on_stage, expected_s=expected_s)
        except (RuntimeError, MemoryError):
            raise
        except BaseException:
            self._was_broken_off = True
            with contextlib.suppress(RuntimeError):  # without memory it is done before the next run
                self._recover(values)
            raise
        output: Floats = self._request.get_output_tensor(0).data[0].copy()
        size = self._layout.made_size((values[0].shape[-2], values[0].shape[-1]))
        if output.shape[-2:] != size or output.flat[0] == MARK:
            raise MemoryError(f"OpenVINO left its output as it was, for {values[0].shape}")
        return output

    def more_outputs(self) -> list[Floats]:
        """What the last run gave besides, each the caller's own."""
        return [
            self._request.get_output_tensor(index).data.copy()
            for index in range(1, len(self._request.model_outputs))
        ]

    def _mark_output(self) -> None:
        """With a number that no net gives, in what is still there of the last output."""
        last = self._request.get_output_tensor(0)
        if last.size:
            last.data.reshape(-1)[0] = MARK

    def _give(self, values: Sequence[Floats]) -> None:
        for index, given in enumerate(values):
            self._request.set_input_tensor(index, ov.Tensor(given, shared_memory=True))

    def _recover(self, values: Sequence[Floats]) -> None:
        channels = values[0].shape[1]
        others = [np.ones((1, value.shape[1], 1, 1), np.float32) for value in values[1:]]
        for side in RECOVERY_PX:
            self._give([np.zeros((1, channels, side, side), np.float32), *others])
            infer(self._request)
        self._was_broken_off = False


class CompiledNet:
    """threads: None for one on each core. For one thread at a time."""

    def __init__(self, weights: PackWeights, *, precision: str, threads: int | None) -> None:
        self._weights = weights
        architecture = weights.manifest.architecture
        self._layout = LAYOUTS[architecture.name]
        self._taps = architecture.taps
        self._graphs: OrderedDict[tuple[Turned, tuple[Block, ...], bool], _Graph] = OrderedDict()
        self._norms: tuple[str, ...] = ()  # in the order of a remembering graph's inputs
        self._settings = settings_for(precision, threads)
        self._settings["CPU_RUNTIME_CACHE_CAPACITY"] = PRIMITIVES_KEPT
        rate = PIXELS_PER_S[precision] * (threads or max(1, (os.cpu_count() or 2) // 2))
        self._seconds_per_pixel = architecture.width**2 / rate

    def run(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        """As Net.run()."""
        blocks = self._blocks(alphas, (x.shape[0], x.shape[1]))
        graph = self._graph(alphas, tuple(blocks), remembers=False)
        return self._run(graph, x, [*blocks.values()], on_stage)

    def run_remembering(
        self,
        x: Floats,
        alphas: Alphas,
        memory: NormMemory | None,
        on_stage: StageDone | None = None,
    ) -> tuple[Floats, NormStatistics]:
        """As Net.run_remembering()."""
        blocks = self._blocks(alphas, (x.shape[0], x.shape[1]))
        graph = self._graph(alphas, tuple(blocks), remembers=True)
        given = given_values(self._norms, self._weights.main, memory)
        colors = self._run(graph, x, [*blocks.values(), *given], on_stage)
        return colors, used_statistics(self._norms, graph.more_outputs())

    def _run(
        self, graph: _Graph, x: Floats, others: list[Floats], on_stage: StageDone | None
    ) -> Floats:
        planes = np.require(x.transpose(2, 0, 1)[None], np.float32, "C")
        pixels = math.prod(self._layout.made_size((x.shape[0], x.shape[1])))
        started = time.perf_counter()
        try:
            output = graph.run((planes, *others), on_stage, self._seconds_per_pixel * pixels)
        except (RuntimeError, MemoryError):
            self._graphs.clear()  # that one may be broken, and all hold the memory that is missing
            raise
        self._seconds_per_pixel = (time.perf_counter() - started) / pixels
        colors: Floats = output.transpose(1, 2, 0)
        return colors

    def _blocks(self, alphas: Alphas, size: tuple[int, int]) -> Mapping[Block, Floats]:
        """The blocks that these settings turn, and by how much: (1, 1, 1, 1) or (1, 1, h, w)."""
        blocks: dict[Block, Floats] = {}
        height, width = self._layout.made_size(size)
        for tap in self._taps:
            reduction = self._layout.reductions[tap]
            tap_size = height // reduction, width // reduction
            for turned in turned_blocks(self._weights.manifest, alphas, tap):
                blocks[turned.block] = _values(turned, tap_size)
        return blocks

    def _graph(self, alphas: Alphas, blocks: tuple[Block, ...], *, remembers: bool) -> _Graph:
        turned = turned_dials(self._weights.manifest, alphas)
        key = turned, blocks, remembers
        graph = self._graphs.get(key)
        if graph is None:
            norms = RememberingNorms() if remembers else None
            model = build_graph(turn_weights(self._weights, turned), blocks, norms)
            if norms is not None:
                self._norms = tuple(norms.names)
            compiled = core().compile_model(model, DEVICE, self._settings)
            of_turned = [key for key in self._graphs if key[0]]
            for old in of_turned[: len(of_turned) - MOST_TURNED + 1] if turned else ():
                del self._graphs[old]
            while len(self._graphs) >= MOST_GRAPHS:
                self._graphs.popitem(last=False)
            graph = self._graphs[key] = _Graph(compiled, self._layout)
        self._graphs.move_to_end(key)
        return graph


def _values(turned: TurnedBlock, size: tuple[int, int]) -> Floats:
    number = np.float32(turned.number)
    if turned.map is None:
        return np.full((1, 1, 1, 1), number)
    values = bilinear(turned.map, size) * number
    return np.ascontiguousarray(values.clip(min=0) if turned.is_clipped else values)[None, None]


def _infer(request: Any, on_stage: StageDone | None, *, expected_s: float) -> None:
    """Run a request to its end. on_stage is asked again and again, and may raise to stop it."""
    if on_stage is None:
        infer(request)
        return
    started = time.perf_counter()
    request.start_async()
    try:
        while not request.wait_for(POLL_MS):
            share = min(MOST_TOLD, (time.perf_counter() - started) / max(expected_s, 1e-6))
            on_stage(int(share * STEPS), STEPS)
    except BaseException:
        with contextlib.suppress(RuntimeError):  # that it was cancelled, or what has been raised
            request.cancel()
            request.wait()
        raise
    on_stage(STEPS, STEPS)
