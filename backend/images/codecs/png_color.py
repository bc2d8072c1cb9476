"""What the colour chunks of a PNG mean, as an ICC profile: applied and kept as one.

The first that is there rules: cICP, iCCP, sRGB, then gAMA with cHRM; after a cICP that is not
converted the next (PNG, third edition, section 4.3, https://www.w3.org/TR/png-3/). cICP's numbers:
ITU-T H.273, tables 2 and 3.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from ..color.matrix_profile import (
    SRGB_CURVE,
    Chromaticity,
    broken_curve,
    gamma_curve,
    matrix_profile,
)

D65, C, DCI_WHITE = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
PRIMARIES: dict[int, tuple[Chromaticity, tuple[Chromaticity, ...]]] = {
    1: (D65, ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))),  # BT.709 and sRGB
    4: (C, ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08))),  # BT.470 M
    5: (D65, ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06))),  # BT.470 BG
    6: (D65, ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))),  # BT.601
    7: (D65, ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))),  # SMPTE 240
    8: (C, ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049))),  # film
    9: (D65, ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),  # BT.2020
    11: (DCI_WHITE, P3),
    12: (D65, P3),  # Display P3
    22: (D65, ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077))),  # EBU 3213
}
BT709_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
SMPTE240_CURVE = (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913)
CURVES = {
    1: broken_curve(BT709_CURVE),
    4: gamma_curve(2.2),
    5: gamma_curve(2.8),
    6: broken_curve(BT709_CURVE),
    7: broken_curve(SMPTE240_CURVE),
    8: gamma_curve(1.0),
    13: broken_curve(SRGB_CURVE),
    14: broken_curve(BT709_CURVE),
    15: broken_curve(BT709_CURVE),
}
SRGB_CODE = (1, 13)
SRGB_GAMMA = 1 / 2.2
LIKE_SRGB = 0.05  # how far a gamma may lie from sRGB's and still stand for it, as for libpng
GAMMA_RANGE = (0.05, 5.0)
UNIT = 100_000  # of gAMA and cHRM


@dataclass(frozen=True)
class PngColors:
    """profile: None for sRGB. cicp: a chunk to keep as it is, for it cannot be applied."""

    profile: bytes | None = None
    cicp: bytes | None = None
    note: str | None = None


def png_colors(chunks: Mapping[bytes, bytes]) -> PngColors:
    """chunks: the colour chunks by name, iCCP's unpacked, the others of their right sizes."""
    code = chunks.get(b"cICP")
    if code is not None:
        by_code = _by_code(code)
        return _in_place_of(code, chunks) if by_code is None else by_code
    if b"iCCP" in chunks:
        return PngColors(chunks[b"iCCP"])
    if b"sRGB" in chunks or not chunks:
        return PngColors()
    try:
        return PngColors(_by_numbers(chunks.get(b"gAMA"), chunks.get(b"cHRM")))
    except ValueError as error:
        return PngColors(note=f"{error}; they were left out and the colours taken as sRGB")


def _by_code(code: bytes) -> PngColors | None:
    """None for what is not converted."""
    primaries, transfer, matrix, full_range = code
    if primaries not in PRIMARIES or transfer not in CURVES or matrix != 0 or full_range != 1:
        return None
    if (primaries, transfer) == SRGB_CODE:
        return PngColors()
    white, corners = PRIMARIES[primaries]
    name = f"cICP {primaries}/{transfer}"
    return PngColors(matrix_profile(white, corners, CURVES[transfer], name=name))


def _in_place_of(code: bytes, chunks: Mapping[bytes, bytes]) -> PngColors:
    """What the other chunks say; code stays in the result, whose numbers are of the same kind."""
    others = {name: data for name, data in chunks.items() if name != b"cICP"}
    colors = png_colors(others)
    taken = "they were taken as sRGB"
    if colors.profile is not None:
        by_icc = b"iCCP" in others
        taken = f"its {'ICC profile' if by_icc else 'gamma and primaries'} served instead"
    note = f"its colours are of a kind (cICP) that is not converted; {taken}"
    return PngColors(colors.profile, code, f"{note}; {colors.note}" if colors.note else note)


def _by_numbers(gamma: bytes | None, corners: bytes | None) -> bytes | None:
    """The profile, None for sRGB. Raises ValueError for numbers of no colour space."""
    encoding = SRGB_GAMMA if gamma is None else int.from_bytes(gamma, "big") / UNIT
    if not GAMMA_RANGE[0] <= encoding <= GAMMA_RANGE[1]:
        raise ValueError(f"its gamma (gAMA) of {encoding:g} is none that pictures have")
    white, primaries = PRIMARIES[1]
    if corners is not None:
        numbers = [n / UNIT for n in struct.unpack(">8I", corners)]
        white, *rest = zip(numbers[::2], numbers[1::2], strict=True)
        primaries = tuple(rest)
    as_srgb = abs(encoding / SRGB_GAMMA - 1) < LIKE_SRGB
    if as_srgb and corners is None:
        return None
    # sRGB's own curve where nothing else is said, and where sRGB itself is meant
    own_curve = as_srgb and (gamma is None or _is_close(primaries, PRIMARIES[1][1]))
    curve = broken_curve(SRGB_CURVE) if own_curve else gamma_curve(1 / encoding)
    return matrix_profile(white, primaries, curve, name="PNG gAMA and cHRM")


def _is_close(some: tuple[Chromaticity, ...], others: tuple[Chromaticity, ...]) -> bool:
    return all(
        abs(a - b) < 0.003
        for x, y in zip(some, others, strict=True)
        for a, b in zip(x, y, strict=True)
    )
