"""Two paintings of a scene beside each other, as a GIF that goes into a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from .scenes import Samples

COLORS = 96  # of all frames together; no dither, which would flicker by itself
FRAME_MS = 80
GAP_PX = 4
WHITE = (255, 255, 255)


def write_side_by_side(
    path: Path, left: Sequence[Samples], right: Sequence[Samples], *, height_px: int
) -> None:
    """Each reduced to that height. Raises OSError."""
    frames = [_pair(*pair, height_px) for pair in zip(left, right, strict=True)]
    strip = Image.new("RGB", (frames[0].width, height_px * len(frames)))
    for index, frame in enumerate(frames):
        strip.paste(frame, (0, index * height_px))
    palette = strip.quantize(COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, "GIF", save_all=True, append_images=others, duration=FRAME_MS, loop=0)


def _pair(left: Samples, right: Samples, height_px: int) -> Image.Image:
    width = round(left.shape[1] * height_px / left.shape[0])
    pair = Image.new("RGB", (2 * width + GAP_PX, height_px), WHITE)
    for place, samples in ((0, left), (width + GAP_PX, right)):
        small = Image.fromarray(samples).resize((width, height_px), Image.Resampling.LANCZOS)
        pair.paste(small, (place, 0))
    return pair
