"""The curve of sRGB, IEC 61966-2-1, for float32 arrays of any shape."""

from __future__ import annotations

import numpy as np

from .icc_profile import Floats


def decode_srgb(encoded: Floats) -> Floats:
    """sRGB-encoded to linear light."""
    curved = ((np.maximum(encoded, 0) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    linear: Floats = np.where(encoded <= 0.04045, encoded / np.float32(12.92), curved)
    return linear


def encode_srgb(linear: Floats) -> Floats:
    curved = np.float32(1.055) * np.maximum(linear, 0) ** np.float32(1 / 2.4) - np.float32(0.055)
    encoded: Floats = np.where(linear <= 0.0031308, linear * np.float32(12.92), curved)
    return encoded
