"""Style transfer for a dial that is being turned: the same picture again, at other settings.

At equal settings the picture is that of tasks.style_transfer.stylize_at but for rounding.
"""

from __future__ import annotations

from ..compute.engine import Alphas, Net, Replay, StageDone
from ..compute.out_of_memory import name_lack_of_memory
from ..images.color.icc_profile import Floats
from ..images.grain import add_grain
from ..images.resampling import bicubic
from .memory_budget import out_of_memory_advice
from .style_transfer import cut, pad, pad_over
from .unit_range import as_picture


def start_preview(
    net: Net,
    colors: Floats,
    *,
    working: tuple[int, int],
    grain: float = 0.0,
    margin_px: int = 0,
) -> Replay:
    """A replay of the picture (H, W, 3) at the working size (height, width), nothing run yet."""
    return net.start_replay(pad(add_grain(bicubic(colors, working), grain), margin_px))


def run_preview(
    replay: Replay,
    alphas: Alphas,
    *,
    working: tuple[int, int],
    size: tuple[int, int],
    margin_px: int = 0,
    on_stage: StageDone | None = None,
) -> Floats:
    """The picture at these settings, (*size, 3) in [0, 1].

    working and margin_px: as in start_preview. on_stage may raise to stop; what was run until then
    stays kept. Raises DeviceError when memory runs out.
    """
    height, width = working
    turned = {dial: pad_over(alpha, working, margin_px) for dial, alpha in alphas.items()}
    doing = f"previewing {width} x {height} pixels"
    with name_lack_of_memory(doing, advice=out_of_memory_advice(working)):
        result = replay.run(turned, on_stage)
        return bicubic(as_picture(cut(result, working, margin_px).copy()), size)
