"""ICC profiles: a picture's own colours to sRGB for the net, and the result back.

Matrix profiles (nearly every RGB and grey working space) are computed in floating point, so that 16
bits survive; all others go through Pillow's ImageCms, which works in 8. Spec: ICC.1:2022,
https://www.color.org/specification/ICC.1-2022-05.pdf. Arrays are numpy, (H, W, C).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from .icc_curves import read_curve, srgb_curve, steps

Samples = npt.NDArray[Any]  # uint8 or uint16
Floats = npt.NDArray[np.float32]

# linear sRGB to the profile connection space (XYZ at D50), as sRGB profiles state it
SRGB_TO_XYZ = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
SAME_MATRIX, SAME_CURVE = 2e-3, 3e-3  # how far sRGB profiles of different makers lie apart
ROWS_AT_ONCE = 256  # bounds the memory for large pictures
HEADER_BYTES, TAG_BYTES = 128, 12
MAX_TAGS = 200  # real profiles have fewer than 40


@dataclass(frozen=True)
class ColorProfile:
    """data: the profile as it lies in the file. space: 'RGB', 'GRAY', 'CMYK' or 'LAB'. curves: per
    channel, encoded to linear at 65536 even steps. to_xyz: linear RGB to XYZ (RGB only). Both are
    empty where the profile is not a matrix profile.
    """

    data: bytes
    space: str
    curves: tuple[npt.NDArray[np.float64], ...] = ()
    to_xyz: npt.NDArray[np.float64] | None = None

    @cached_property
    def is_srgb(self) -> bool:
        return (
            self.to_xyz is not None
            and bool(np.abs(self.to_xyz - SRGB_TO_XYZ).max() < SAME_MATRIX)
            and all(bool(np.abs(curve - srgb_curve()).max() < SAME_CURVE) for curve in self.curves)
        )

    @property
    def is_exact(self) -> bool:
        """Whether the conversion keeps more than 8 bits."""
        return bool(self.curves)


def read_profile(data: bytes) -> ColorProfile:
    """Read an ICC profile. Raises ValueError for one that is damaged or describes no picture."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError) as error:
        raise ValueError("the ICC profile is damaged") from error


def to_srgb(samples: Samples, profile: ColorProfile | None) -> Floats:
    """(H, W, C) of the profile's space, uint8 or uint16, to sRGB-encoded float32 (H, W, 3).

    None stands for sRGB, whose C may be 1 or 3. Raises ValueError when the profile does not work.
    """
    height, width, channels = samples.shape
    if profile is None or profile.is_srgb:
        planes = np.empty((3, height, width), np.float32)  # apart, as pictures have them
        for plane, channel in zip(
            planes, np.broadcast_to(samples.T, (3, width, height)), strict=True
        ):
            np.divide(channel.T, np.iinfo(samples.dtype).max, out=plane, dtype=np.float32)
        srgb: Floats = planes.transpose(1, 2, 0)
        return srgb
    if not profile.curves:
        return _through_cms(samples, profile)
    levels = samples.astype(np.uint16) * np.uint16(257) if samples.dtype == np.uint8 else samples
    curves = profile.curves if channels == 3 else profile.curves[:1]
    mix = np.eye(3) if profile.to_xyz is None else np.linalg.inv(SRGB_TO_XYZ) @ profile.to_xyz

    def convert(rows: slice) -> Floats:
        linear = np.stack([curve[levels[rows, :, i]] for i, curve in enumerate(curves)], axis=-1)
        linear = np.broadcast_to(linear, (*linear.shape[:2], 3)) @ mix.T
        return np.asarray(np.interp(linear, srgb_curve(), steps()), np.float32)

    return _by_rows(height, width, convert)


def from_srgb(colors: Floats, profile: ColorProfile | None) -> Floats:
    """sRGB-encoded float32 (H, W, 3) in [0, 1] to the encoding of an RGB profile, in [0, 1]."""
    height, width, _ = colors.shape
    if profile is None or profile.is_srgb:
        return colors
    if profile.to_xyz is None:
        return _back_through_cms(colors, profile)
    mix = np.linalg.inv(profile.to_xyz) @ SRGB_TO_XYZ
    curves = profile.curves

    def convert(rows: slice) -> Floats:
        linear = np.interp(colors[rows], steps(), srgb_curve()) @ mix.T
        encoded = [np.interp(linear[..., i], curve, steps()) for i, curve in enumerate(curves)]
        return np.stack(encoded, axis=-1).astype(np.float32)

    return _by_rows(height, width, convert)


def _read(data: bytes) -> ColorProfile:
    if len(data) < HEADER_BYTES + 4 or data[36:40] != b"acsp":
        raise ValueError("the ICC profile is damaged")
    spaces = {b"RGB ": "RGB", b"GRAY": "GRAY", b"CMYK": "CMYK", b"Lab ": "LAB"}
    if data[16:20] not in spaces:
        raise ValueError(f"ICC profiles for {data[16:20].decode('latin-1').strip()!r} are not read")
    space = spaces[data[16:20]]
    tags = _tags(data)
    if b"A2B0" in tags or data[20:24] != b"XYZ ":
        return ColorProfile(data, space)  # a table rules over the matrix (ICC.1 section 8.10)
    if space == "GRAY" and b"kTRC" in tags:
        return ColorProfile(data, space, (read_curve(tags[b"kTRC"]),))
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    if space != "RGB" or any(name not in tags for name in names):
        return ColorProfile(data, space)
    columns = [np.array(struct.unpack(">3i", tags[name][8:20])) / 65536 for name in names[:3]]
    to_xyz = np.stack(columns, axis=1)
    if abs(np.linalg.det(to_xyz)) < 1e-6:
        raise ValueError("the ICC profile's primaries do not span a colour space")
    return ColorProfile(data, space, tuple(read_curve(tags[name]) for name in names[3:]), to_xyz)


def _tags(data: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", data, HEADER_BYTES)
    if count > MAX_TAGS:
        raise ValueError("the ICC profile is damaged")
    tags = {}
    for index in range(count):
        at = HEADER_BYTES + 4 + index * TAG_BYTES
        name, offset, size = struct.unpack_from(">4sII", data, at)
        tags[name] = data[offset : offset + size]
    return tags


def _by_rows(height: int, width: int, convert: Callable[[slice], Floats]) -> Floats:
    result = np.empty((height, width, 3), np.float32)
    for top in range(0, height, ROWS_AT_ONCE):
        rows = slice(top, min(top + ROWS_AT_ONCE, height))
        result[rows] = convert(rows)
    return result


def _through_cms(samples: Samples, profile: ColorProfile) -> Floats:
    mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "LAB": "LAB"}[profile.space]
    size = (samples.shape[1], samples.shape[0])
    picture = Image.frombytes(mode, size, _as_8_bit(samples).tobytes())
    return _convert(picture, io.BytesIO(profile.data), ImageCms.createProfile("sRGB"))


def _back_through_cms(colors: Floats, profile: ColorProfile) -> Floats:
    size = (colors.shape[1], colors.shape[0])
    picture = Image.frombytes("RGB", size, np.rint(colors * 255).astype(np.uint8).tobytes())
    return _convert(picture, ImageCms.createProfile("sRGB"), io.BytesIO(profile.data))


def _convert(picture: Image.Image, source: Any, target: Any) -> Floats:
    try:
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as error:
        raise ValueError(f"the ICC profile does not work: {error}") from error
    assert converted is not None
    return np.asarray(np.asarray(converted, np.float32) / np.float32(255))


def _as_8_bit(samples: Samples) -> npt.NDArray[np.uint8]:
    if samples.dtype == np.uint8:
        return samples
    return np.rint(samples / 257).astype(np.uint8)
