"""A picture in memory: the tensor for the net, and all that is kept aside for the result's file.

The one convention of the backend: an image is a float32 tensor (1, 3, H, W), RGB, in [0, 1],
sRGB-encoded, the top row first and upright. Alpha, bit depth, profile and the rest stay in Kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from .color_profile import ColorProfile, Floats, Samples, from_srgb

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
class Kept:
    """What a picture's file holds beside its colours. bit_depth: 8 or 16. alpha: (H, W) in the
    file's own depth, None when opaque. profile: the RGB profile that the result is converted back
    to, None for sRGB. exif: without orientation and thumbnail. dpi: (x, y).
    """

    bit_depth: int = 8
    alpha: Samples | None = None
    profile: ColorProfile | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None


@dataclass(frozen=True)
class Picture:
    """format: the name of the file's format in lower case. notes: what the user should know."""

    image: torch.Tensor
    kept: Kept
    format: str
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return self.image.shape[-2], self.image.shape[-1]


def upright(samples: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """(H, W, ...) as the file stores it, turned as its EXIF orientation (1 to 8) says."""
    transposed, flip_rows, flip_columns = UPRIGHT.get(orientation, (False, False, False))
    if transposed:
        samples = samples.swapaxes(0, 1)
    rows, columns = (slice(None, None, -1 if flip else 1) for flip in (flip_rows, flip_columns))
    return samples[rows, columns]


def to_tensor(colors: Floats, alpha: Samples | None) -> torch.Tensor:
    """(H, W, 3) sRGB-encoded in [0, 1] to an image. Where alpha (H, W) hides a colour, it is that
    of the visible surroundings, so that nothing hidden bleeds into the result.
    """
    image = torch.from_numpy(np.ascontiguousarray(colors.transpose(2, 0, 1)))[None]
    if alpha is None:
        return image
    return fill_hidden(image, torch.from_numpy(as_floats(alpha))[None, None])


def to_samples(image: torch.Tensor, kept: Kept, *, bit_depth: int) -> Samples:
    """An image to (H, W, 3) or, with an alpha, (H, W, 4): uint8 or uint16 in the kept profile."""
    colors = image[0].permute(1, 2, 0).cpu().numpy()
    color_samples = as_samples(from_srgb(colors, kept.profile), bit_depth)
    if kept.alpha is None:
        return color_samples
    alpha = kept.alpha
    if alpha.dtype != color_samples.dtype:
        alpha = as_samples(as_floats(alpha), bit_depth)
    return np.concatenate([color_samples, alpha[..., None]], axis=2)


def over_white(image: torch.Tensor, alpha: Samples) -> torch.Tensor:
    """The image laid on white by its alpha (H, W), for formats without transparency."""
    cover = torch.from_numpy(as_floats(alpha))[None, None]
    return image * cover + (1 - cover)


def fill_hidden(image: torch.Tensor, cover: torch.Tensor) -> torch.Tensor:
    """Replace an image's colours by those around them, as far as cover (1, 1, H, W) hides them.

    Colours weighted by cover are averaged to ever smaller pictures until none is empty, then
    brought back up: every hidden place takes the mean of the nearest visible ones.
    """
    if bool((cover == 1).all()):
        return image
    with torch.inference_mode():
        return image * cover + _surroundings(image * cover, cover) * (1 - cover)


def as_floats(samples: Samples) -> Floats:
    """uint8 or uint16 to float32 in [0, 1]."""
    floats: Floats = np.divide(samples, np.iinfo(samples.dtype).max, dtype=np.float32)
    return floats


def as_samples(values: Floats, bit_depth: int) -> Samples:
    """[0, 1] to uint8 or uint16, rounded to the nearest."""
    dtype = np.uint16 if bit_depth == 16 else np.uint8
    samples: Samples = np.rint(values * np.float32(np.iinfo(dtype).max)).astype(dtype)
    return samples


def _surroundings(weighted: torch.Tensor, cover: torch.Tensor) -> torch.Tensor:
    """The local mean colour at every place; weighted is the image times cover."""
    height, width = cover.shape[-2:]
    if height == width == 1:
        return weighted / cover if float(cover) > 0 else torch.full_like(weighted, EMPTY_GRAY)
    halved = [
        F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False) for x in (weighted, cover)
    ]
    coarse = F.interpolate(_surroundings(*halved), (height, width), mode="bilinear")
    return weighted + coarse * (1 - cover)
