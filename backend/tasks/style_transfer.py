"""Style transfer: run the net on one picture, at its own or at a working size.

Pictures are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded. The nets take multiples of some pixels:
other sizes are extended here, and cut again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np

from ..compute.engine import Alphas, DialAlpha, Net, Painter, StageDone
from ..compute.fresh_thread import in_fresh_thread
from ..compute.glibc_malloc import return_freed_memory
from ..compute.out_of_memory import name_lack_of_memory
from ..images.color.icc_profile import Floats
from ..images.grain import add_grain
from ..images.resampling import bicubic, bilinear
from ..nets.architectures import LAYOUTS
from ..protocol.errors import DeviceError
from .memory_budget import out_of_memory_advice
from .unit_range import as_picture

LAYOUT = LAYOUTS["style_transfer"]

Run = Callable[[Floats, Alphas, StageDone | None], Floats]

log = logging.getLogger(__name__)


def stylize(
    net: Painter,
    colors: Floats,
    alphas: Alphas,
    *,
    margin_px: int = 0,
    in_strips: bool = False,
    on_stage: StageDone | None = None,
) -> Floats:
    """Stylize a picture of any size from 1 x 1 up, at that size. Returns (H, W, 3) in [0, 1].

    An alpha's map covers the picture, whatever its own size. With every alpha 0 the result is the
    main net's bit for bit. margin_px: so far the picture is mirrored around its edges for the net,
    since nets like to put things there. in_strips needs a fraction of the memory; the result is the
    same but for rounding (1e-4 in float32). A picture that turns out not to fit as a whole is run
    in strips.
    on_stage(done, total) is called on the way, and may raise to stop; when a whole run ends for
    lack of memory it starts again.
    Raises DeviceError when memory runs out, AlphaError where the net's numbers overflow.
    """
    if not in_strips:
        try:
            return _stylize(net, net.run, colors, alphas, margin_px, on_stage)
        except DeviceError:
            if not net.can_run_in_strips:
                raise
        log.info("no room for %s as a whole, going on in strips", colors.shape)
        return_freed_memory()
        return in_fresh_thread(
            lambda: _stylize(net, net.run_in_strips, colors, alphas, margin_px, on_stage)
        )
    return _stylize(net, net.run_in_strips, colors, alphas, margin_px, on_stage)


def _stylize(
    net: Painter,
    run: Run,
    colors: Floats,
    alphas: Alphas,
    margin_px: int,
    on_stage: StageDone | None,
) -> Floats:
    size = colors.shape[0], colors.shape[1]
    with _name_lack_of_memory(net, colors):
        padded = pad(colors, margin_px)
        turned = {dial: pad_over(alpha, size, margin_px) for dial, alpha in alphas.items()}
        return cut(as_picture(run(padded, turned, on_stage)), size, margin_px)


def stylize_at(
    net: Net,
    colors: Floats,
    alphas: Alphas,
    *,
    working: tuple[int, int],
    grain: float = 0.0,
    margin_px: int = 0,
    in_strips: bool = False,
    on_stage: StageDone | None = None,
) -> Floats:
    """Stylize a picture at the working size (height, width) and bring the result back to its own.

    grain: deviation of the noise that the net sees in it. The other arguments are stylize()'s.
    Raises DeviceError when memory runs out.
    """
    with _name_lack_of_memory(net, colors):
        small = add_grain(bicubic(colors, working), grain)
        result = stylize(
            net, small, alphas, margin_px=margin_px, in_strips=in_strips, on_stage=on_stage
        )
        del small
        return bicubic(result, (colors.shape[0], colors.shape[1]))


def _name_lack_of_memory(net: Painter, colors: Floats) -> AbstractContextManager[None]:
    height, width = colors.shape[:2]
    return name_lack_of_memory(
        f"stylizing {width} x {height} pixels on {net.device}",
        advice=out_of_memory_advice((height, width)),
    )


def pad(values: Floats, margin_px: int = 0) -> Floats:
    """Extend a picture (H, W, C) or a map (H, W) by a margin, and right and down to a size the net
    takes.
    """
    height, width = values.shape[:2]
    down, across = padded_size((height, width), margin_px)
    bottom, right = down - height, across - width  # of it, margin_px on the other side
    if right == bottom == 0:
        return values
    # a reflection needs more pixels than it adds; very small pictures repeat their border instead
    reflects = right < width and bottom < height
    around = ((margin_px, bottom - margin_px), (margin_px, right - margin_px), (0, 0))
    padded: Floats = np.pad(values, around[: values.ndim], mode="reflect" if reflects else "edge")
    return padded


def pad_over(alpha: DialAlpha, size: tuple[int, int], margin_px: int = 0) -> DialAlpha:
    """The alpha with its map laid over the padded picture of that size, so that it keeps its
    place.
    """
    if alpha.map is None or padded_size(size, margin_px) == size:
        return alpha
    return replace(alpha, map=pad(bilinear(alpha.map, size), margin_px))


def cut(padded: Floats, size: tuple[int, int], margin_px: int = 0) -> Floats:
    """The picture of that size (height, width) out of the padded one."""
    height, width = size
    return padded[margin_px : margin_px + height, margin_px : margin_px + width]


def padded_size(size: tuple[int, int], margin_px: int = 0) -> tuple[int, int]:
    """(height, width) that pad() makes of `size`."""
    return _round_up(size[0] + 2 * margin_px), _round_up(size[1] + 2 * margin_px)


def _round_up(side: int) -> int:
    multiple = LAYOUT.size_multiple
    return max(LAYOUT.smallest_side_px, -(-side // multiple) * multiple)
