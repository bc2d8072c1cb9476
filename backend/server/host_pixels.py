"""A host's pixels to a picture's colours and back into the very same layout. No torch.

Colours are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded. Whatever is no colour, alpha and row
padding among it, goes back as it came.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from ..images.color.icc_profile import Floats
from ..images.color.srgb import decode_srgb, encode_srgb
from ..images.mask_reader import GRAY_OF_RGB
from ..images.picture import fill_hidden
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels

Samples = npt.NDArray[Any]  # (H, W, channels) in the host's own numbers

DTYPES = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
# The channels that hold red, green and blue.
COLORS = {
    "bgra": (2, 1, 0),
    "rgba": (0, 1, 2),
    "rgb": (0, 1, 2),
    "gray": (0,),
    "gray_alpha": (0,),
}


def to_colors(pixels: Pixels) -> Floats:
    """(H, W, 3), the planes apart in memory. Colours outside of black to white are cut off; where
    alpha hides a colour, it is that of the visible surroundings, so that nothing hidden bleeds into
    the result.
    """
    samples = _samples(pixels)
    colors = _unit(samples[..., list(COLORS[pixels.layout])], pixels)
    alpha = _alpha(pixels)
    if alpha is not None and pixels.alpha == "premultiplied":
        colors = _divide(colors, alpha)
    rgb = np.broadcast_to(colors, (*colors.shape[:2], 3))
    if pixels.transfer == "linear":
        rgb = encode_srgb(rgb)
    if alpha is not None:
        rgb = fill_hidden(rgb, alpha)
    planes = np.require(rgb.transpose(2, 0, 1), requirements=["C", "W"])
    apart: Floats = planes.transpose(1, 2, 0)
    return apart


def to_pixels(made: Floats, original: Pixels, selection: Mask | None) -> Pixels:
    """The result (H, W, 3) described as the original is. With a selection, every byte where it
    is 0 is the original's; between 0 and 255 the host's own numbers are blended.
    """
    samples = _samples(original)
    channels = list(COLORS[original.layout])
    stored = _store(made, original, _alpha(original))
    old = samples[..., channels]
    if selection is not None:
        weight = np.divide(_samples(selection.pixels), 255, dtype=np.float32)  # (H, W, 1)
        new = np.where(weight == 0, old, _quantise(_blend(old, stored, weight), samples.dtype))
    else:
        new = _quantise(stored, samples.dtype)
    changed = samples.copy()
    changed[..., channels] = new
    return original.with_data(_with_samples(original, changed))


def to_filled(
    made: Floats, original: Pixels, *, opacity: Floats | None, changed: npt.NDArray[np.bool_]
) -> Pixels:
    """A completed picture (H, W, 3) described as the original is, whose bytes it has where nothing
    changed (H, W). opacity (H, W): for an original with an alpha channel in use.
    """
    samples = _samples(original)
    new = _with_colors(made, original, samples, opacity)
    kept = np.where(changed[..., None], new, samples)
    return original.with_data(_with_samples(original, kept))


def opacity_of(pixels: Pixels) -> Floats | None:
    """The alpha channel, (H, W) in [0, 1]; None where none is in use."""
    return _alpha(pixels)


def to_map(mask: Mask) -> Floats:
    """The mask as an alpha map, (H, W) in [0, 1]."""
    floats: Floats = np.divide(_samples(mask.pixels)[..., 0], 255, dtype=np.float32)
    return floats


def digest(pixels: Pixels) -> bytes:
    """What two pictures share only if they are one to the net."""
    described = (
        pixels.width, pixels.height, pixels.stride, pixels.layout, pixels.depth, pixels.alpha,
        pixels.transfer, pixels.value_range,
    )  # fmt: skip
    return hashlib.sha256(repr(described).encode() + pixels.sha256()).digest()


def _samples(pixels: Pixels) -> Samples:
    """A view of the host's numbers; a copy where rows are padded."""
    rows = np.frombuffer(pixels.data, np.uint8).reshape(pixels.height, pixels.stride)
    packed = np.ascontiguousarray(rows[:, : pixels.row_bytes])
    return packed.view(DTYPES[pixels.depth]).reshape(pixels.height, pixels.width, pixels.channels)


def _alpha(pixels: Pixels) -> Floats | None:
    if pixels.alpha == "none":
        return None
    return _unit(_samples(pixels)[..., -1], pixels)


def _with_colors(
    made: Floats, original: Pixels, samples: Samples, opacity: Floats | None
) -> Samples:
    """The samples with the made colours, and the opacity where there is one."""
    changed: Samples = samples.copy()
    stored = _store(made, original, opacity)
    changed[..., list(COLORS[original.layout])] = _quantise(stored, samples.dtype)
    if opacity is not None:
        low, high = original.value_range
        alpha = opacity * np.float32(high - low) + np.float32(low)
        changed[..., -1] = _quantise(alpha, samples.dtype)
    return changed


def _with_samples(original: Pixels, samples: Samples) -> bytearray | memoryview:
    if original.stride == original.row_bytes:
        return samples.reshape(-1).view(np.uint8).data
    data = bytearray(original.data)
    rows = np.frombuffer(data, np.uint8).reshape(original.height, original.stride)
    rows[:, : original.row_bytes] = samples.reshape(original.height, -1).view(np.uint8)
    return data


def _unit(samples: Samples, pixels: Pixels) -> Floats:
    """The host's numbers in [0, 1]; what is no number becomes black."""
    low, high = pixels.value_range
    with np.errstate(over="ignore", invalid="ignore"):  # infinity is cut off, NaN goes below
        if low == 0:
            floats: Floats = np.divide(samples, high, dtype=np.float32)
        else:
            floats = (samples.astype(np.float32) - np.float32(low)) / np.float32(high - low)
    if pixels.depth.startswith("f"):
        floats = np.nan_to_num(floats, copy=False, nan=0.0)
    return np.clip(floats, 0, 1, out=floats)


def _divide(colors: Floats, alpha: Floats) -> Floats:
    """Straight colours from premultiplied ones; black where alpha is 0."""
    cover = alpha[..., None]
    with np.errstate(over="ignore"):
        straight = np.divide(colors, cover, out=np.zeros_like(colors), where=cover > 0)
    return np.minimum(straight, 1, out=straight)


def _store(colors: Floats, original: Pixels, opacity: Floats | None) -> Floats:
    """Colours (H, W, 3) as the host's numbers, not rounded yet. opacity: (H, W), which
    premultiplied colours are multiplied by.
    """
    if original.transfer == "linear":
        colors = decode_srgb(colors)
    if len(COLORS[original.layout]) == 1:
        colors = (colors @ np.array(GRAY_OF_RGB, np.float32))[..., None]
    if original.alpha == "premultiplied" and opacity is not None:
        colors = colors * opacity[..., None]
    low, high = original.value_range
    stored: Floats = colors * np.float32(high - low) + np.float32(low)
    return stored


def _blend(old: Samples, new: Floats, weight: Floats) -> Floats:
    if old.dtype.kind == "f":  # with what is no number there is nothing to blend
        old = np.where(np.isfinite(old), old, new)
    blended = old.astype(np.float32) * (1 - weight) + new * weight
    return np.where(weight == 1, new, blended)


def _quantise(stored: Floats, dtype: np.dtype[Any]) -> Samples:
    if dtype.kind == "f":
        return stored.astype(dtype)
    info = np.iinfo(dtype)
    return np.clip(np.rint(stored), info.min, info.max).astype(dtype)
