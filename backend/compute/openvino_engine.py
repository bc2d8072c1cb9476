"""The nets by OpenVINO on CPUs (see `openvino/__init__.py`); pictures as a whole or in strips."""

from __future__ import annotations

from ..nets.architectures import LAYOUTS
from ..packs.weights import PackWeights
from ..protocol.errors import DeviceError
from .engine import Alphas, Floats, StageDone
from .glibc_malloc import keep_freed_memory
from .memory import memory_at_hand
from .norm_statistics import NormMemory, NormStatistics
from .openvino.compiled_net import CompiledNet
from .openvino.linear_replay import LinearReplay
from .openvino.runtime import cpu_name, has_bfloat16
from .openvino.style_transfer_strips import StyleStrips, bytes_in_strips

# Peaks of OpenVINO 2026.4 less the resident net, per pixel and unit of width: measured from 512 to
# 2048 px at widths 4, 16 and 32 with one to three dials turned, a tenth added.
BYTES_PER_PIXEL_AND_WIDTH = {"float32": 46, "bfloat16": 26}
BYTES_OF_ANY_RUN = 48 << 20


class OpenVinoEngine:
    """An Engine. precision: "auto" takes bfloat16 where the CPU has it. Raises DeviceError where
    bfloat16 is asked for and it has not.
    """

    name = "openvino"
    device = "cpu"

    def __init__(self, precision: str = "auto", *, threads: int | None = None) -> None:
        keep_freed_memory()
        if precision == "bfloat16" and not has_bfloat16():
            raise DeviceError(
                f"this CPU ({cpu_name()}) does not compute in bfloat16; use --precision auto or "
                "float32"
            )
        self._is_own_choice = precision == "auto"
        if self._is_own_choice:
            precision = "bfloat16" if has_bfloat16() else "float32"
        self.precision = precision
        self._threads = threads
        count = f", {threads} threads" if threads else ""
        self.title = f"cpu{count}, openvino in {precision}"

    def load(self, weights: PackWeights) -> OpenVinoNet:
        net = OpenVinoNet(weights, precision=self.precision, threads=self._threads)
        if self._is_own_choice and self.precision != "float32":
            net.deep = OpenVinoNet(weights, precision="float32", threads=self._threads)
        return net

    def memory_at_hand(self) -> int:
        return memory_at_hand()


class OpenVinoNet:
    """A Net. deep: the one for results of more bits than bfloat16 has, which is 8; None: itself."""

    device = "cpu"
    deep: OpenVinoNet | None = None

    def __init__(self, weights: PackWeights, *, precision: str, threads: int | None) -> None:
        self._weights = weights
        self._precision = precision
        self._threads = threads
        self._compiled = CompiledNet(weights, precision=precision, threads=threads)
        self.can_run_in_strips = weights.manifest.architecture.name == "style_transfer"

    def run(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        return self._compiled.run(x, alphas, on_stage)

    def run_in_strips(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        return self._strips(x, alphas, on_stage).run()

    def run_remembering(
        self,
        x: Floats,
        alphas: Alphas,
        memory: NormMemory | None,
        on_stage: StageDone | None = None,
        *,
        in_strips: bool = False,
    ) -> tuple[Floats, NormStatistics]:
        if not in_strips:
            return self._compiled.run_remembering(x, alphas, memory, on_stage)
        strips = self._strips(x, alphas, on_stage, memory)
        return strips.run(), strips.used

    def start_replay(self, x: Floats) -> LinearReplay:
        manifest = self._weights.manifest
        taps = manifest.architecture.taps
        at_last = None
        if LAYOUTS[manifest.architecture.name].ends_affine:
            at_last = frozenset(dial.id for dial in manifest.dials if taps[-1] in dial.taps)
        return LinearReplay(self._compiled, x, taps=len(taps), at_last=at_last)

    def for_deep_results(self) -> OpenVinoNet:
        return self.deep or self

    def _strips(
        self,
        x: Floats,
        alphas: Alphas,
        on_stage: StageDone | None,
        memory: NormMemory | None = None,
    ) -> StyleStrips:
        return StyleStrips(
            self._weights,
            x,
            alphas,
            precision=self._precision,
            threads=self._threads,
            on_stage=on_stage,
            memory=memory,
        )

    def bytes_to_run(self, size: tuple[int, int]) -> int:
        height, width = size
        per_pixel = self._weights.manifest.architecture.width
        per_pixel *= BYTES_PER_PIXEL_AND_WIDTH[self._precision]
        return height * width * per_pixel + BYTES_OF_ANY_RUN

    def bytes_in_strips(self, size: tuple[int, int]) -> int:
        width = self._weights.manifest.architecture.width
        return bytes_in_strips(width, size, precision=self._precision)
