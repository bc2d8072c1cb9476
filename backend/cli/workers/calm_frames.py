"""The frames of a clip in this process, calmly (tasks/calm). Loads an engine and OpenCV."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...compute.engine import Floats
from ...frames.segments import Segments
from ...tasks.calm.calm_run import CalmRun
from ...tasks.stylize_run import StylizeSettings, plan_stylize
from ...tasks.working_size import Scale, working_size
from ..chosen_pack import ChosenPack
from ..options import StylistOptions
from .frame_stylist import FrameJob
from .local_pack import LocalPack
from .stylist import Stylized


class CalmFrames(LocalPack):
    """A FrameStylist. In float32, whatever the CPU has: bfloat16 rounds the norms' statistics."""

    def __init__(
        self,
        chosen: ChosenPack,
        options: StylistOptions,
        calm: float,
        *,
        count: int,
        size: tuple[int, int],
    ) -> None:
        """count: the clip's frames. size: (height, width) of the first one, which sets the working
        size of all. Raises PackError, DeviceError.
        """
        super().__init__(chosen, options.pack)
        self._chosen = chosen
        self._options = options
        self._segments = Segments(count)
        self.unit = self._segments.length
        self._run = CalmRun(calm)
        self._chains: Mapping[int, Mapping[int, float]] = {}
        default_px = self.pack.manifest.working_size_px
        working = working_size(size, options.scale, default_px=default_px)
        self._scale = Scale(long_side_px=max(working))

    def digests(self, frames: Sequence[str]) -> Sequence[str]:
        return self._segments.digests(frames)

    def needed(self, pending: Collection[int]) -> Collection[int]:
        self._chains = self._segments.needed(pending)
        return self._chains

    def lead_up(self, job: FrameJob) -> None:
        self._step(job)

    def do(self, job: FrameJob) -> Stylized:
        """Raises ImageSizeError or DeviceError when the memory does not do."""
        colors, working = self._step(job)
        assert colors is not None, "frames to be made have shares that add up to 1"
        return Stylized(colors, working, ())

    def _step(self, job: FrameJob) -> tuple[Floats | None, tuple[int, int]]:
        settings = StylizeSettings(
            self._chosen.dials(job.turned, use_map=False),
            self._scale,
            self._options.preserve_color,
            is_deep=True,
        )

        def run() -> tuple[Floats | None, tuple[int, int]]:
            plan = plan_stylize(self.pack, job.picture.size, settings)
            chains = self._chains[job.index]
            return self._run.step(plan, job.picture.colors, chains), plan.working

        return self.compute(run, name=job.name)
