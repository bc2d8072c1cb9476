"""A picture in memory: its colours, and all that is kept aside for the result's file. No torch.

The one convention outside of the nets: colours are a float32 array (H, W, 3), RGB, in [0, 1],
sRGB-encoded, the top row first and upright. Alpha, bit depth, profile and the rest stay in
SourceMetadata. `tensors.py` has the way to a net's tensor and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .color.icc_profile import ColorProfile, Floats, Samples, from_srgb
from .resampling import enlarged, halved

# rotations and flips that make a picture upright, by its EXIF orientation (EXIF 3.0, tag 0x0112):
# (transpose, flip the rows, flip the columns)
UPRIGHT = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
EMPTY_GRAY = 0.5  # of a picture that is transparent everywhere


@dataclass(frozen=True)
class SourceMetadata:
    """What a picture's file holds beside its colours. bit_depth: 8 or 16. alpha: (H, W) in the
    file's own depth, None when opaque. profile: the RGB profile that the result is converted back
    to, None for sRGB. exif: without orientation and thumbnail. dpi: (x, y).
    cicp: a PNG chunk about colours that nobody converts.
    """

    bit_depth: int = 8
    alpha: Samples | None = None
    profile: ColorProfile | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    cicp: bytes | None = None


@dataclass(frozen=True)
class Picture:
    """colors: (H, W, 3), the planes apart in memory, so that a tensor of them is no copy. format:
    the name of the file's format in lower case. notes: what the user should know.
    """

    colors: Floats
    metadata: SourceMetadata
    format: str
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return self.colors.shape[0], self.colors.shape[1]


def upright(samples: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """(H, W, ...) as the file stores it, turned as its EXIF orientation (1 to 8) says."""
    transposed, flip_rows, flip_columns = UPRIGHT.get(orientation, (False, False, False))
    if transposed:
        samples = samples.swapaxes(0, 1)
    rows, columns = (slice(None, None, -1 if flip else 1) for flip in (flip_rows, flip_columns))
    return samples[rows, columns]


def visible_colors(colors: Floats, alpha: Samples | None) -> Floats:
    """(H, W, 3) sRGB-encoded in [0, 1] to a picture's colours. Where alpha (H, W) hides a colour,
    it is that of the visible surroundings, so that nothing hidden bleeds into the result.
    """
    if alpha is not None:
        colors = fill_hidden(colors, as_floats(alpha))
    apart: Floats = np.ascontiguousarray(colors.transpose(2, 0, 1)).transpose(1, 2, 0)
    return apart


def to_samples(colors: Floats, metadata: SourceMetadata, *, bit_depth: int) -> Samples:
    """(H, W, 3) to the same or, with an alpha, (H, W, 4): uint8 or uint16 in the kept profile."""
    color_samples = as_samples(from_srgb(colors, metadata.profile), bit_depth)
    if metadata.alpha is None:
        return color_samples
    alpha = metadata.alpha
    if alpha.dtype != color_samples.dtype:
        alpha = as_samples(as_floats(alpha), bit_depth)
    return np.concatenate([color_samples, alpha[..., None]], axis=2)


def over_white(colors: Floats, alpha: Samples) -> Floats:
    """Colours (H, W, 3) laid on white by alpha (H, W), for formats without transparency."""
    cover = as_floats(alpha)[..., None]
    return colors * cover + (1 - cover)


def fill_hidden(colors: Floats, cover: Floats) -> Floats:
    """Replace colours (H, W, 3) by those around them, as far as cover (H, W) in [0, 1] hides them.

    Colours weighted by cover are averaged to ever smaller pictures until none is empty, then
    brought back up: every hidden place takes the mean of the nearest visible ones.
    """
    if bool((cover == 1).all()):
        return colors
    shown = cover[..., None]
    weighted = colors * shown
    return weighted + _surroundings(weighted, shown) * (1 - shown)


def as_floats(samples: Samples) -> Floats:
    """uint8 or uint16 to float32 in [0, 1]."""
    floats: Floats = np.divide(samples, np.iinfo(samples.dtype).max, dtype=np.float32)
    return floats


def as_samples(values: Floats, bit_depth: int) -> Samples:
    """[0, 1] to uint8 or uint16, rounded to the nearest."""
    dtype = np.uint16 if bit_depth == 16 else np.uint8
    scaled = values * np.float32(np.iinfo(dtype).max)
    samples: Samples = np.rint(scaled, out=scaled).astype(dtype, order="C")  # as files have them
    return samples


def _surroundings(weighted: Floats, cover: Floats) -> Floats:
    """The local mean colour at every place; weighted (H, W, 3) is the colours times cover
    (H, W, 1).
    """
    height, width = cover.shape[:2]
    if height == width == 1:
        shown = float(cover[0, 0, 0])
        return weighted / cover if shown > 0 else np.full_like(weighted, EMPTY_GRAY)
    coarse = _surroundings(halved(weighted), halved(cover))
    return weighted + enlarged(coarse, (height, width)) * (1 - cover)
