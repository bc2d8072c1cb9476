"""One request to stylize, from the host's bytes to the result in the same layout.

A preview goes through kept activations, as long as there is the memory to keep them.
"""

from __future__ import annotations

from ...images.color.icc_profile import Floats
from ...protocol.messages import Mask, StylizeRun
from ...protocol.pixels import Pixels
from ...tasks.stylize_run import StylizeSettings, plan_stylize
from ...tasks.working_size import Scale
from ..host_pixels import digest, to_colors, to_map, to_pixels
from ..preview_cache import CacheKey
from ..progress import StageClock
from ..run_context import RunContext


def run_stylize(request: StylizeRun, context: RunContext) -> Pixels:
    """The result's pixels. Raises DynamicStyleErrors, and whatever the report raises."""
    pixels = request.pixels
    scale = Scale(long_side_px=request.working_size_px) if request.working_size_px else None
    in_8_bits = pixels.depth == "u8" or request.ends_in_8_bits
    is_deep = request.preview_stream is None and not in_8_bits
    settings = StylizeSettings(request.dials, scale, request.preserve_color, is_deep)
    plan = plan_stylize(
        context.pack,
        (pixels.height, pixels.width),
        settings,
        map_=_map(request),
        sparingly=context.sparingly,
    )
    clock = StageClock(context.loaded, context.report, doing="painting")
    if request.preview_stream is None or plan.in_strips:
        with context.timed("read"):
            photo = to_colors(pixels)
        with context.timed("net"):
            made = plan.run(photo, on_stage=clock.stage_done)
        clock.learn()
    else:
        with context.timed("read"):
            kept = context.cache.get(
                CacheKey(context.pack.sha256, digest(pixels), plan.working),
                lambda: plan.start_preview(to_colors(pixels)),
            )
        with context.timed("net"):
            made = plan.run_preview(kept, lambda: to_colors(pixels), on_stage=clock.stage_done)
    with context.timed("write"):
        return to_pixels(made, pixels, _selection(request))


def _map(request: StylizeRun) -> Floats | None:
    """What dials may use, (H, W) in [0, 1]."""
    mask = request.mask
    return None if mask is None or mask.role == "selection" else to_map(mask)


def _selection(request: StylizeRun) -> Mask | None:
    mask = request.mask
    return None if mask is None or mask.role == "alpha_map" else mask
