"""Makers of picture files and of ICC profiles for the tests of reading and writing."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image

from dynamic_style.backend.images.formats import format_named
from dynamic_style.backend.images.picture import Picture
from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.images.writer import write_image

Array = npt.NDArray[Any]

# Adobe RGB (1998) and sRGB primaries at D50, as their profiles state them
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
D50 = (0.9642, 1.0, 0.8249)


def saved(picture: Image.Image, format_: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, format_, **options)
    file.seek(0)
    return file


def shown(path: Path) -> Image.Image:
    """A picture file, read and closed."""
    with Image.open(path) as opened:
        opened.load()
        return opened


def noise(*shape: int, dtype: type = np.uint8) -> Array:
    return np.random.default_rng(5).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def smooth(height: int, width: int) -> Array:
    """A uint8 RGB picture of gentle slopes, which JPEG keeps nearly as it is."""
    y, x = np.mgrid[0:height, 0:width]
    channels = (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), 128 + 0 * x)
    return np.stack(channels, axis=2).astype(np.uint8)


def read(file: BinaryIO) -> Picture:
    file.seek(0)
    return read_image(file, name="photo")


def colors(picture: Picture) -> Array:
    """(H, W, 3) float32 in [0, 1]."""
    return picture.colors


def written(picture: Picture, format_: str, **options: Any) -> tuple[io.BytesIO, tuple[str, ...]]:
    """A picture's file and the notes, as if the net had left it unchanged."""
    file = io.BytesIO()
    notes = write_image(
        file, picture.colors, picture.metadata, format_named(format_), name="result", **options
    )
    file.seek(0)
    return file, notes


def matrix_profile(primaries: Any, curve: bytes) -> bytes:
    """An RGB profile with three primaries (XYZ at D50) and one tone curve."""
    tags = {b"wtpt": xyz(D50), b"desc": text_tag("made by a test"), b"cprt": text_tag("none")}
    tags |= dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, primaries), strict=True))
    tags |= {name: curve for name in (b"rTRC", b"gTRC", b"bTRC")}
    return profile(b"mntr", b"RGB ", b"XYZ ", tags)


def gray_profile(curve: bytes) -> bytes:
    tags = {b"wtpt": xyz(D50), b"desc": text_tag("gray"), b"cprt": text_tag("none"), b"kTRC": curve}
    return profile(b"mntr", b"GRAY", b"XYZ ", tags)


def cmyk_profile() -> bytes:
    """A table of two steps: white paper, on which each ink takes three quarters of the light."""
    grid = np.stack(np.meshgrid(*[[0.0, 1.0]] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    lightness = np.prod(1 - grid * 0.75, axis=1) * 100
    lab = np.stack([lightness * 255 / 100, np.full(16, 128), np.full(16, 128)], axis=1)
    return table_profile(b"prtr", b"CMYK", 4, np.rint(lab).astype(np.uint8))


def table_profile(kind: bytes, space: bytes, inputs: int, lab: Array) -> bytes:
    """A profile whose A2B0 is a lut8 table of two steps per channel to Lab (8-bit encoded)."""
    ramp = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes([inputs, 3, 2, 0])
    lut += struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut += ramp * inputs + lab.astype(np.uint8).tobytes() + ramp * 3
    tags = {b"wtpt": xyz(D50), b"desc": text_tag("table"), b"cprt": text_tag("none"), b"A2B0": lut}
    return profile(kind, space, b"Lab ", tags)


def gamma(value: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(value * 256)) + b"\0\0"


def profile(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    """ICC.1 version 2: header, tag table, tags."""
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(body), b"test", 0x02400000, kind, space, pcs)
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28
    header += struct.pack(">3i", *(round(n * 65536) for n in D50))
    return header.ljust(128, b"\0") + table + body


def xyz(values: Any) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(n * 65536) for n in values))


def text_tag(text: str) -> bytes:
    return b"text\0\0\0\0" + text.encode() + b"\0"


def tiff(samples: Array, **options: Any) -> io.BytesIO:
    """A TIFF of these samples, without tifffile's own description."""
    file = io.BytesIO()
    tifffile.imwrite(file, samples, metadata=None, **options)
    return file
