"""Tone curves of ICC profiles, sampled at every 16-bit step. ICC.1:2022 sections 10.6 and 10.18."""

from __future__ import annotations

import struct
from functools import cache

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float64]  # linear light at 65536 even steps of the encoded value, rising
STEPS = 65536
# function type -> how many parameters (g, a, b, c, d, e, f) a parametric curve has
PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


def read_curve(tag: bytes) -> Curve:
    """Sample a 'curv' or 'para' tag. Raises ValueError for another type or a curve that cannot be
    undone (one that falls or leaves [0, 1] altogether), struct.error for one that is cut off.
    """
    if tag[:4] == b"curv":
        curve = _table(tag)
    elif tag[:4] == b"para":
        curve = _parametric(tag)
    else:
        raise ValueError("the ICC profile has an unknown kind of tone curve")
    curve = np.clip(curve, 0, 1)
    if not np.isfinite(curve).all() or (np.diff(curve) < 0).any() or curve[-1] - curve[0] < 0.5:
        raise ValueError("the ICC profile has a tone curve that cannot be undone")
    return curve


@cache
def srgb_curve() -> Curve:
    """The sRGB curve, IEC 61966-2-1."""
    x = steps()
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


@cache
def steps() -> Curve:
    """The encoded values at which curves are sampled."""
    return np.linspace(0, 1, STEPS)


def _table(tag: bytes) -> Curve:
    (count,) = struct.unpack_from(">I", tag, 8)
    x = steps()
    if count == 0:
        return x
    entries = np.frombuffer(tag, ">u2", count, offset=12).astype(np.float64)
    if count == 1:
        return np.asarray(x ** (entries[0] / 256))  # a gamma in u8Fixed8
    return np.interp(x, np.linspace(0, 1, count), entries / 65535)


def _parametric(tag: bytes) -> Curve:
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind not in PARAMETERS:
        raise ValueError("the ICC profile has an unknown kind of tone curve")
    numbers = [n / 65536 for n in struct.unpack_from(f">{PARAMETERS[kind]}i", tag, 12)]
    g, a, b, c, d, e, f = numbers + [0.0] * (7 - len(numbers))
    x = steps()
    if kind == 0:
        return np.asarray(x**g)
    if kind in (1, 2):  # (a x + b) ^ g + c from -b / a on, c below
        return np.asarray(np.where(a * x + b >= 0, np.maximum(a * x + b, 0) ** g, 0) + c)
    return np.asarray(np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f))
