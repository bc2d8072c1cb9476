"""Stylizing one picture with a pack: the one path that the command line and the backend take.

Pictures are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from ..compute.engine import Alphas, Net, ReadyPack, Replay, StageDone
from ..compute.memory import memory_at_hand
from ..compute.norm_statistics import NormMemory, NormStatistics
from ..compute.out_of_memory import name_lack_of_memory
from ..images.color.icc_profile import Floats
from ..images.color.oklab import preserve_color
from ..images.limits import check_picture_fits
from ..images.resampling import bicubic
from ..protocol.dial_spec import DialSetting
from .dial_alphas import make_alphas
from .memory_budget import needs_strips, out_of_memory_advice
from .remembering_net import RememberingNet
from .style_preview import run_preview, start_preview
from .style_transfer import stylize, stylize_at
from .working_size import Scale, working_size


@dataclass(frozen=True)
class StylizeSettings:
    """dials: by id, those not named stand at 0. scale: None for the pack's own working size.
    preserve_color: keep the picture's hues, take the style's lightness only. is_deep: the result
    will be kept in more than 8 bits.
    """

    dials: Mapping[str, DialSetting] = field(default_factory=dict)
    scale: Scale | None = None
    preserve_color: bool = False
    is_deep: bool = False


@dataclass(frozen=True)
class StylizePlan:
    """How a picture of `size` (height, width) will be stylized; made by plan_stylize.

    working: the (height, width) that the net sees. in_strips: the picture is too large for the
    memory to run as a whole, so no activations of it can be kept either. grain and margin_px:
    what the net sees in it and around it.
    """

    net: Net
    size: tuple[int, int]
    working: tuple[int, int]
    in_strips: bool
    alphas: Alphas
    preserve_color: bool
    grain: float
    margin_px: int

    def run(self, colors: Floats, *, on_stage: StageDone | None = None) -> Floats:
        """The picture stylized, of its own size. on_stage(done, total) may raise to stop.

        Raises DeviceError when memory runs out, AlphaError where the net's numbers overflow.
        """
        with self._name_lack_of_memory():
            result = stylize_at(
                self.net,
                colors,
                self.alphas,
                working=self.working,
                grain=self.grain,
                margin_px=self.margin_px,
                in_strips=self.in_strips,
                on_stage=on_stage,
            )
            return preserve_color(colors, result) if self.preserve_color else result

    def run_remembering(
        self, small: Floats, memory: NormMemory | None
    ) -> tuple[Floats, NormStatistics]:
        """What the net makes of a picture at its working size or a little larger, without grain,
        and what its norms used. Raises as run().
        """
        net = RememberingNet(self.net, memory)
        with self._name_lack_of_memory():
            made = stylize(
                net, small, self.alphas, margin_px=self.margin_px, in_strips=self.in_strips
            )
        return made, net.statistics

    def finish(self, colors: Floats, made: Floats) -> Floats:
        """A result at the working size as one of the picture's own."""
        result = bicubic(made, self.size)
        return preserve_color(colors, result) if self.preserve_color else result

    def start_preview(self, colors: Floats) -> Replay:
        """What to keep of a picture whose dials are being turned; nothing is computed yet."""
        with self._name_lack_of_memory():
            return start_preview(
                self.net,
                colors,
                working=self.working,
                grain=self.grain,
                margin_px=self.margin_px,
            )

    def run_preview(
        self,
        kept: Replay,
        read: Callable[[], Floats],
        *,
        on_stage: StageDone | None = None,
    ) -> Floats:
        """As run, from what was kept: the same but for rounding. read: makes the picture again,
        where its colours are asked for.
        """
        with self._name_lack_of_memory():
            result = run_preview(
                kept,
                self.alphas,
                working=self.working,
                size=self.size,
                margin_px=self.margin_px,
                on_stage=on_stage,
            )
            return preserve_color(read(), result) if self.preserve_color else result

    def _name_lack_of_memory(self) -> AbstractContextManager[None]:
        height, width = self.size
        return name_lack_of_memory(
            f"stylizing {width} x {height} pixels", advice=out_of_memory_advice(self.size)
        )


def plan_stylize(
    pack: ReadyPack,
    size: tuple[int, int],
    settings: StylizeSettings,
    *,
    map_: Floats | None = None,
    sparingly: bool = False,
) -> StylizePlan:
    """Look at dials, sizes and the memory at hand before anything is computed. map_: (H, W) in
    [0, 1], for the dials that use it. sparingly: in strips, however much memory there seems to be.

    Raises AlphaError, and ImageSizeError for what the memory cannot hold.
    """
    working = working_size(size, settings.scale, default_px=pack.manifest.working_size_px)
    alphas = make_alphas(pack.manifest, settings.dials, map_=map_)
    machine = memory_at_hand()
    check_picture_fits(size, machine)
    net = pack.net.for_deep_results() if settings.is_deep else pack.net
    memory = machine if net.device == "cpu" else pack.engine.memory_at_hand()
    margin_px = pack.manifest.margin_px
    in_strips = needs_strips(
        net,
        working=(working[0] + 2 * margin_px, working[1] + 2 * margin_px),
        full=size,
        memory=memory,
    )
    in_strips |= sparingly and net.can_run_in_strips
    return StylizePlan(
        net,
        size,
        working,
        in_strips,
        alphas,
        settings.preserve_color,
        pack.manifest.grain,
        margin_px,
    )
