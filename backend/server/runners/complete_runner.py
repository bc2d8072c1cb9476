"""One request to fill a hole, from the host's bytes to the result in the same layout.

Previews and runs that count take the same path: the patch fill does not depend on any dial and is
kept, so that a moved dial costs what the net costs, and what was shown is what is kept.
"""

from __future__ import annotations

import hashlib

from ...protocol.messages import CompleteRun, Stage
from ...protocol.pixels import Pixels
from ...tasks.complete_run import CompleteSettings, finish_complete, start_complete
from ...tasks.completion import Completion
from ..host_pixels import digest, opacity_of, to_colors, to_filled, to_map
from ..preview_cache import CacheKey
from ..progress import StageClock
from ..run_context import RunContext

FILL_SHARE = 0.7  # of the progress: searching patches takes longer than the net


def run_complete(request: CompleteRun, context: RunContext) -> Pixels:
    """The result's pixels. Raises DynamicStyleErrors, and whatever the report raises."""
    settings = CompleteSettings(
        dials=request.dials,
        grow_px=request.grow_px,
        feather_px=request.feather_px,
        seed=request.seed,
        is_cutout=request.is_cutout,
    )
    pixels, cover = request.pixels, opacity_of(request.pixels)

    def report_fill(share: float) -> None:
        context.report(FILL_SHARE * share, "searching patches")

    def report_net(fraction: float, stage: Stage) -> None:
        context.report(FILL_SHARE + (1 - FILL_SHARE) * fraction, stage)

    def start() -> Completion:
        image, mask = to_colors(pixels), to_map(request.mask)
        return start_complete(context.pack, image, mask, settings, cover=cover, on_fill=report_fill)

    with context.timed("fill"):
        report_fill(0.0)
        completion = context.cache.get(_key(request, context, settings), start)
    clock = StageClock(context.loaded, report_net, doing="blending in")
    with context.timed("net"):
        filled = finish_complete(
            context.pack, completion, settings, cover=cover, on_stage=clock.stage_done
        )
    with context.timed("write"):
        return to_filled(filled.image, pixels, opacity=filled.cover, changed=filled.changed)


def _key(request: CompleteRun, context: RunContext, settings: CompleteSettings) -> CacheKey:
    """All that a fill depends on."""
    hashed = hashlib.sha256(digest(request.pixels) + digest(request.mask.pixels))
    hashed.update(repr(settings.hole_settings(context.pack)).encode())
    size = (request.pixels.height, request.pixels.width)
    return CacheKey(context.pack.sha256, hashed.digest(), size)
