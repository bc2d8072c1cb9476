"""Keep a photo's colours: the lightness of the result with the hue and chroma of the photo.

Works in Oklab (https://bottosson.github.io/posts/oklab/), where the three are nearly independent
for the eye. Pictures are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from .icc_profile import Floats
from .srgb import decode_srgb, encode_srgb

SRGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
LMS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
LMS_TO_SRGB = np.linalg.inv(SRGB_TO_LMS)
OKLAB_TO_LMS = np.linalg.inv(LMS_TO_OKLAB)
STRIP_PIXELS = 1 << 18  # bounds the memory for large pictures, and makes work for every core
BISECTIONS = 9  # of chroma, to a 512th: finer than 8 bits can show
GAMUT_SLACK = 1e-4  # what rounding may add at white and black

Flags = npt.NDArray[np.bool_]


def preserve_color(photo: Floats, result: Floats) -> Floats:
    """The result's lightness with the photo's hue and chroma, both (H, W, 3). Colours that sRGB
    cannot show at that lightness lose chroma, never lightness or hue.
    """
    made = np.empty_like(result)
    rows = max(1, STRIP_PIXELS // max(1, photo.shape[1]))
    strips = [slice(row, row + rows) for row in range(0, photo.shape[0], rows)]

    def fill(strip: slice) -> None:
        made[strip] = _recolor(photo[strip], result[strip])

    with ThreadPoolExecutor(min(len(strips), os.cpu_count() or 1)) as pool:
        list(pool.map(fill, strips))
    return made


def _recolor(photo: Floats, result: Floats) -> Floats:
    lightness = _to_oklab(_as_rows(result))[:1]  # (1, N)
    chroma = _to_oklab(_as_rows(photo))[1:]  # (2, N)
    linear = _to_linear_rgb(lightness, chroma)
    outside = np.flatnonzero(_is_outside(linear))
    if len(outside):
        linear[:, outside] = _most_chroma(lightness[:, outside], chroma[:, outside])
    encoded = encode_srgb(np.clip(linear, 0, 1))
    recolored: Floats = encoded.reshape(3, *photo.shape[:2]).transpose(1, 2, 0)
    return recolored


def _most_chroma(lightness: Floats, chroma: Floats) -> Floats:
    """Linear RGB (3, N) with as much of the chroma (2, N) as sRGB can show at lightness (1, N)."""
    low, step = np.zeros_like(lightness), np.float32(1.0)
    for _ in range(BISECTIONS):
        step /= 2
        outside = _is_outside(_to_linear_rgb(lightness, (low + step) * chroma))
        low += step * ~outside
    return _to_linear_rgb(lightness, low * chroma)


def _is_outside(linear: Floats) -> Flags:
    outside: Flags = (linear.min(axis=0) < -GAMUT_SLACK) | (linear.max(axis=0) > 1 + GAMUT_SLACK)
    return outside


def _to_oklab(rgb: Floats) -> Floats:
    """(3, N) sRGB-encoded to (3, N) lightness, a, b."""
    lms = _mixed(SRGB_TO_LMS, decode_srgb(rgb))
    return _mixed(LMS_TO_OKLAB, np.cbrt(np.maximum(lms, 0)))


def _to_linear_rgb(lightness: Floats, chroma: Floats) -> Floats:
    """(1, N) and (2, N) of Oklab to linear (3, N), which may leave [0, 1]."""
    lms = _mixed(OKLAB_TO_LMS, np.concatenate([lightness, chroma]))
    return _mixed(LMS_TO_SRGB, lms * lms * lms)


def _mixed(matrix: Floats, rows: Floats) -> Floats:
    """matrix (3, 3) times rows (3, N)."""
    mixed: Floats = matrix @ rows
    return mixed


def _as_rows(colors: Floats) -> Floats:
    """(H, W, 3) to (3, H * W)."""
    rows: Floats = colors.transpose(2, 0, 1).reshape(3, -1)
    return rows
