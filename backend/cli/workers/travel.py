"""Pictures on their way to the backend and back, with nothing of them lost.

Numbers of 8 bits travel as such, all others as 32-bit floats.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.picture import as_floats, as_samples
from ...protocol.limits import Limits
from ...protocol.pixels import Layout, Pixels, packed_pixels


def has_8_bits(values: Floats) -> bool:
    """Whether all numbers, in [0, 1], are ones of 8 bits."""
    return bool((as_floats(as_samples(values, 8)) == values).all())


def to_pixels(values: Floats, *, in_8_bits: bool) -> Pixels:
    """(H, W, 1), (H, W, 3) or, with an alpha, (H, W, 4), in [0, 1]. in_8_bits: rounded to that."""
    height, width, channels = values.shape
    data = as_samples(values, 8) if in_8_bits else values.astype("<f4", copy=False)
    layouts: dict[int, Layout] = {1: "gray", 3: "rgb", 4: "rgba"}
    return packed_pixels(
        width,
        height,
        data.tobytes(),
        layout=layouts[channels],
        depth="u8" if in_8_bits else "f32",
        alpha="straight" if channels == 4 else "none",
    )


def to_values(pixels: Pixels) -> Floats:
    """(H, W, channels) in [0, 1] of pixels as to_pixels makes them."""
    shape = (pixels.height, pixels.width, pixels.channels)
    if pixels.depth == "u8":
        return as_floats(np.frombuffer(pixels.data, np.uint8).reshape(shape))
    return np.frombuffer(pixels.data, "<f4").reshape(shape)


def fits(size: tuple[int, int], channels: int, limits: Limits) -> bool:
    """Whether a picture of `size` (height, width) may be sent as floats, with a mask beside it."""
    height, width = size
    frame = height * width * channels * 4
    header = limits.header_bytes
    return (
        max(size) <= limits.side_px
        and frame <= limits.frame_bytes
        and frame + height * width + header <= limits.total_bytes
    )
