"""Which of Krita's colour spaces the backend reads as they are, and what stands in for the others.

Krita names a space by model, depth and profile, and tells no more of a profile than its name. So
the transfer curve is known for the profiles listed here; every other space travels as the nearest
one of them, through Krita's own conversion (see color_conversion).
"""

from __future__ import annotations

from typing import NamedTuple

from ..protocol.pixels import SAMPLE_BYTES, Buffer, Depth, Layout, Pixels, Transfer, packed_pixels

SRGB_PROFILE = "sRGB-elle-V2-srgbtrc.icc"  # Krita's own default
LINEAR_PROFILE = "sRGB-elle-V2-g10.icc"  # Krita's default where numbers are floats
GRAY_PROFILE = "Gray-D50-elle-V2-srgbtrc.icc"
LINEAR_GRAY_PROFILE = "Gray-D50-elle-V2-g10.icc"

_SRGB = frozenset(
    (
        SRGB_PROFILE,
        "sRGB-elle-V4-srgbtrc.icc",
        "sRGB built-in",
        "sRGB IEC61966-2.1",
        "sRGB IEC61966-2-1",
        "sRGB2014",
        "GIMP built-in sRGB",
        "Artifex Software sRGB ICC Profile",
    )
)
_LINEAR_SRGB = frozenset(
    (
        LINEAR_PROFILE,
        "sRGB-elle-V4-g10.icc",
        "krita-2.5, lcms sRGB built-in with linear gamma TRC",
        "scRGB (linear)",
        "GIMP built-in Linear sRGB",
    )
)
_GRAY = frozenset((GRAY_PROFILE, "Gray-D50-elle-V4-srgbtrc.icc"))
_LINEAR_GRAY = frozenset((LINEAR_GRAY_PROFILE, "Gray-D50-elle-V4-g10.icc"))

_CHANNELS = {"A": 1, "GRAYA": 2, "RGBA": 4, "LABA": 4, "XYZA": 4, "YCbCrA": 4, "CMYKA": 5}
_DEPTHS: dict[str, Depth] = {"U8": "u8", "U16": "u16", "F16": "f16", "F32": "f32"}


class ColorSpace(NamedTuple):
    """In Krita's words, such as RGBA, U8, sRGB-elle-V2-srgbtrc.icc."""

    model: str
    depth: str
    profile: str

    @property
    def pixel_bytes(self) -> int:
        return _CHANNELS[self.model] * SAMPLE_BYTES[_DEPTHS[self.depth]]

    @property
    def is_float(self) -> bool:
        return self.depth.startswith("F")


def encoding(space: ColorSpace) -> tuple[Layout, Depth, Transfer] | None:
    """How the protocol describes bytes of this space; None: the backend cannot read it."""
    depth = _DEPTHS.get(space.depth)
    if depth is None:
        return None
    if space.model == "RGBA":
        layout: Layout = "rgba" if space.is_float else "bgra"
        srgb, linear = _SRGB, _LINEAR_SRGB
    elif space.model == "GRAYA":
        layout, srgb, linear = "gray_alpha", _GRAY, _LINEAR_GRAY
    else:
        return None
    if space.profile in srgb:
        return layout, depth, "srgb"
    if space.profile in linear:
        return layout, depth, "linear"
    return None


def carrier(space: ColorSpace) -> ColorSpace:
    """The space in which pixels of this one travel: itself, or the nearest one that the backend
    reads, of the same depth. Floats travel as light, for which Krita keeps what is beyond white.
    """
    if encoding(space) is not None:
        return space
    if space.model == "GRAYA":
        return space._replace(profile=LINEAR_GRAY_PROFILE if space.is_float else GRAY_PROFILE)
    return ColorSpace("RGBA", space.depth, LINEAR_PROFILE if space.is_float else SRGB_PROFILE)


def as_pixels(space: ColorSpace, size: tuple[int, int], data: Buffer) -> Pixels:
    """Bytes of a space that the backend reads, (width, height) pixels, for a request."""
    described = encoding(space)
    assert described is not None, space
    layout, depth, transfer = described
    return packed_pixels(
        *size, data, layout=layout, depth=depth, alpha="straight", transfer=transfer
    )
