"""One request to make a picture of a seed, laid into the host's pixels in their own layout.

Previews and runs that count take the same path: the net takes milliseconds.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.resampling import bicubic
from ...protocol.messages import GenerateRun, Mask
from ...protocol.pixels import Pixels
from ...tasks.generate_run import GenerateSettings, generate
from ..host_pixels import opacity_of, to_colors, to_filled, to_map
from ..progress import StageClock
from ..run_context import RunContext


def run_generate(request: GenerateRun, context: RunContext) -> Pixels:
    """The result's pixels. Raises DynamicStyleErrors, and whatever the report raises."""
    settings = GenerateSettings(request.dials, request.seed)
    clock = StageClock(context.loaded, context.report, doing="painting")
    with context.timed("net"):
        made = generate(context.pack, settings, on_stage=clock.stage_done)
    clock.learn()
    with context.timed("write"):
        return _laid_into(request.pixels, made, request.mask)


def _laid_into(pixels: Pixels, made: Floats, mask: Mask | None) -> Pixels:
    """The pixels with the picture over them, in the largest square in their middle, opaque there
    but for what the mask takes away.
    """
    side = min(pixels.height, pixels.width)
    top, left = (pixels.height - side) // 2, (pixels.width - side) // 2
    square = slice(top, top + side), slice(left, left + side)
    image = np.zeros((pixels.height, pixels.width, 3), np.float32)
    image[square] = bicubic(made, (side, side))
    cover = np.zeros(image.shape[:2], np.float32)
    cover[square] = 1
    if mask is not None:
        cover *= to_map(mask)
    below, opacity, share = opacity_of(pixels), None, cover
    if below is not None:
        opacity = 1 - (1 - below) * (1 - cover)
        share = np.divide(cover, opacity, out=np.zeros_like(cover), where=opacity > 0)
    if mask is not None:
        image = image * share[..., None] + to_colors(pixels) * (1 - share[..., None])
    return to_filled(image, pixels, opacity=opacity, changed=cover > 0)
