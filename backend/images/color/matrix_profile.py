"""Makes an ICC profile of primaries and a tone curve, for files that state these in another way.

Spec: ICC.1:2022 (version 4 profiles, sections 7.2, 8.3, 9.2, 10.15, 10.18 and annex E).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Chromaticity = tuple[float, float]  # CIE 1931 x and y
Matrix = npt.NDArray[np.float64]

D50 = (0.9642, 1.0, 0.8249)
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
SMALLEST_DETERMINANT = 1e-3  # of the primaries: below it they lie nearly on a line


def gamma_curve(exponent: float) -> bytes:
    """A tag: linear light is the encoded value to this power."""
    return _parametric(0, [exponent])


def broken_curve(numbers: Sequence[float]) -> bytes:
    """A tag: (a x + b) ** g from d on, c x below; numbers are g, a, b, c, d."""
    return _parametric(3, numbers)


def matrix_profile(
    white: Chromaticity, primaries: Sequence[Chromaticity], curve: bytes, *, name: str
) -> bytes:
    """A display profile with one curve for all three channels. Raises ValueError for primaries that
    span no colour space.
    """
    columns = np.array([[x, y, 1 - x - y] for x, y in primaries]).T
    x, y = white
    if y <= 0 or abs(np.linalg.det(columns)) < SMALLEST_DETERMINANT:
        raise ValueError("its primaries do not span a colour space")
    light = np.array([x / y, 1.0, (1 - x - y) / y])
    adapted = _adaptation(light)
    to_xyz = adapted @ (columns * np.linalg.solve(columns, light))
    if not np.isfinite(to_xyz).all() or np.abs(to_xyz).max() > 10:
        raise ValueError("its primaries do not span a colour space")
    tags = {b"desc": _text(name), b"cprt": _text("No copyright"), b"wtpt": _xyz(D50)}
    tags[b"chad"] = b"sf32\0\0\0\0" + _fixed(adapted.ravel())
    tags |= {tag: _xyz(to_xyz[:, i]) for i, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= {tag: curve for tag in (b"rTRC", b"gTRC", b"bTRC")}
    return _profile(tags)


def _adaptation(light: Matrix) -> Matrix:
    """From a white's XYZ to D50's, by Bradford cones (annex E)."""
    scale = (BRADFORD @ np.array(D50)) / (BRADFORD @ light)
    adaptation: Matrix = np.linalg.inv(BRADFORD) @ np.diag(scale) @ BRADFORD
    return adaptation


def _profile(tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(
        ">I4xI4s4s4s6H4s", offset + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp",
    )  # fmt: skip
    header = header.ljust(68, b"\0") + _fixed(D50)
    return header.ljust(128, b"\0") + table + body


def _parametric(kind: int, numbers: Sequence[float]) -> bytes:
    return struct.pack(">4s4xHxx", b"para", kind) + _fixed(numbers)


def _xyz(values: Sequence[float] | Matrix) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(encoded), 28) + encoded


def _fixed(numbers: Sequence[float] | Matrix) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(float(n) * 65536) for n in numbers))
