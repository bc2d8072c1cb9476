"""The working size: how many pixels of a picture the net sees. Strokes have a fixed size in pixels,
so the working size also sets how coarse they are in the picture. Needs no torch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..protocol.errors import UsageError

MAX_SIDE_PX = 65_536  # beyond any picture that can be read; catches a slip such as 1024000

SCALE_HELP = (
    "the size the net works at: a number of pixels for the longer side (--scale 1024), a part of "
    "the picture's own size (--scale 50%%), or 'full'. The result always comes back at the "
    "picture's full size. Smaller is faster and paints coarser strokes. Without --scale it is the "
    "pack's working size, and never more than the picture has; a larger number or more than 100%% "
    "enlarges the picture for the net"
)


@dataclass(frozen=True)
class Scale:
    """A user's wish. Exactly one is set; factor 1.0 stands for the picture's own size."""

    long_side_px: int | None = None
    factor: float | None = None


def parse_scale(text: str) -> Scale:
    """Read '1024', '50%' or 'full'. Raises UsageError for anything else."""
    wish = text.strip().lower()
    if wish == "full":
        return Scale(factor=1.0)
    percent = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)\s*%", wish)
    if percent and float(percent[1]) > 0:
        return Scale(factor=float(percent[1]) / 100)
    if re.fullmatch(r"\d{1,6}", wish) and 0 < int(wish) <= MAX_SIDE_PX:
        return Scale(long_side_px=int(wish))
    raise UsageError(
        f"--scale {text!r}: not a size; give a number of pixels up to {MAX_SIDE_PX} for the longer "
        "side (--scale 1024), a percentage (--scale 50%) or 'full'"
    )


def working_size(size: tuple[int, int], scale: Scale | None, *, default_px: int) -> tuple[int, int]:
    """The (height, width) the net works at for a picture of `size` (height, width).

    Without a scale the long side is default_px, or the picture's own where that is smaller.
    """
    long_side = max(size)
    if scale is None:
        return fit_long_side(size, min(default_px, long_side))
    if scale.long_side_px is not None:
        return fit_long_side(size, scale.long_side_px)
    factor = 1.0 if scale.factor is None else scale.factor
    return fit_long_side(size, round(long_side * factor))


def fit_long_side(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    """`size` (height, width) scaled so that its longer side is long_side_px; no side below 1."""
    long_side = max(size)
    height, width = (max(1, round(side * max(1, long_side_px) / long_side)) for side in size)
    return height, width
