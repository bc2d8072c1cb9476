"""Grain: weak noise that is added to a picture before a style net sees it.

A flat area, such as a clear sky, does not tell a net where a stroke could begin, so it answers with
one colour or with one stroke repeated. Noise of several sizes tells it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

SIZES_PX = (1, 4, 16)  # of the noise's spots; each size has an equal share
SPREAD = 0.81  # standard deviation that enlarged noise has left


def make_grain(height: int, width: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
    """(H, W, 3) noise with mean 0 and standard deviation 1, nearly. Equal for equal arguments, with
    any version of NumPy: its old generator never changes.
    """
    random = np.random.RandomState(seed)
    grain = np.zeros((height, width, 3), np.float32)
    for size in SIZES_PX:
        rows, columns = -(-height // size) + 1, -(-width // size) + 1
        for channel in range(3):
            spots = random.standard_normal((rows, columns)).astype(np.float32)
            if size > 1:
                field = Image.fromarray(spots)
                enlarged = (columns * size, rows * size)
                spots = np.asarray(field.resize(enlarged, Image.Resampling.BICUBIC))
                spots = spots / np.float32(SPREAD)
            grain[..., channel] += spots[:height, :width]
    grain /= np.float32(len(SIZES_PX) ** 0.5)
    return grain


def add_grain(colors: npt.NDArray[np.float32], deviation: float) -> npt.NDArray[np.float32]:
    """Colours (H, W, 3) in [0, 1] with noise of that standard deviation, in [0, 1]."""
    if not deviation:
        return colors
    height, width = colors.shape[:2]
    noisy = make_grain(height, width)
    noisy *= np.float32(deviation)
    noisy += colors
    np.clip(noisy, 0, 1, out=noisy)
    return noisy
