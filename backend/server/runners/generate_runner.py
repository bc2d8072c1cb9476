"""One request to make a picture of a seed, laid into the host's pixels in their own layout.

Previews and runs that count take the same path: the net takes milliseconds.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.resampling import bicubic
from ...protocol.messages import GenerateRun
from ...protocol.pixels import Pixels
from ...tasks.generate_run import GenerateSettings, generate
from ..host_pixels import opacity_of, to_filled
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
        return _laid_into(request.pixels, made)


def _laid_into(pixels: Pixels, made: Floats) -> Pixels:
    """The pixels with the picture in the largest square in their middle, opaque there."""
    side = min(pixels.height, pixels.width)
    top, left = (pixels.height - side) // 2, (pixels.width - side) // 2
    square = slice(top, top + side), slice(left, left + side)
    image = np.zeros((pixels.height, pixels.width, 3), np.float32)
    image[square] = bicubic(made, (side, side))
    changed = np.zeros(image.shape[:2], np.bool_)
    changed[square] = True
    opacity = opacity_of(pixels)
    if opacity is not None:
        opacity[square] = 1
    return to_filled(image, pixels, opacity=opacity, changed=changed)
