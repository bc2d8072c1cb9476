"""Writes PNG with 8 or 16 bits, packed in strips, several at a time where there are cores for it.

Pillow writes no 16 bits of colour, and packs one row after the other. Here the strips of one
deflate stream are packed apart, none looking back into another, and so end up as the same bytes on
any number of cores. Spec: https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..color.icc_profile import Samples
from .png_file import SIGNATURE

COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> IHDR colour type
STRIP_BYTES = 1 << 20
TRIED_ROWS = 8  # every so many of a strip tell which filter suits it
DEFLATE_LEVEL = 3  # of 1 to 9; with these filters painted pictures are 13 % larger than Pillow's
METERS_PER_INCH = 0.0254
# RFC 1950: a stream's first bytes; RFC 1951: an empty last block
STREAM_START, STREAM_END = b"\x78\x5e", b"\x03\x00"
ADLER_PRIME = 65_521
Bytes = npt.NDArray[np.uint8]


def write_png(
    file: BinaryIO,
    samples: Samples,
    *,
    profile: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
    cicp: bytes | None,
) -> None:
    """Write samples (H, W, C), uint8 or uint16, with the profile, the EXIF block, the resolution
    and the code of their colours, where given.
    """
    height, width, channels = samples.shape
    bits = 8 * samples.itemsize
    header = struct.pack(">IIBBBBB", width, height, bits, COLOR_TYPE[channels], 0, 0, 0)
    file.write(SIGNATURE)
    _chunk(file, b"IHDR", header)
    if cicp is not None:
        _chunk(file, b"cICP", cicp)
    if profile is not None:
        _chunk(file, b"iCCP", b"ICC profile\x00\x00" + zlib.compress(profile))
    if dpi is not None:
        per_meter = (round(number / METERS_PER_INCH) for number in dpi)
        _chunk(file, b"pHYs", struct.pack(">IIB", *per_meter, 1))
    if exif is not None:
        _chunk(file, b"eXIf", exif.removeprefix(b"Exif\x00\x00"))
    checksum, start = 1, STREAM_START
    for packed, adler, size in _pack_strips(samples):
        _chunk(file, b"IDAT", start + packed)
        checksum, start = _joined_adler(checksum, adler, size), b""
    _chunk(file, b"IDAT", STREAM_END + struct.pack(">I", checksum))
    _chunk(file, b"IEND", b"")


def _pack_strips(samples: Samples) -> Iterator[tuple[bytes, int, int]]:
    """Of each strip its part of the stream, its checksum (Adler-32) and its size unpacked."""
    rows = max(1, STRIP_BYTES // samples[0].nbytes)
    starts = range(0, len(samples), rows)

    def pack(top: int) -> tuple[bytes, int, int]:
        filtered = _filtered(samples, top, min(top + rows, len(samples)))
        deflate = zlib.compressobj(DEFLATE_LEVEL, wbits=-zlib.MAX_WBITS)
        packed = deflate.compress(filtered.data) + deflate.flush(zlib.Z_FULL_FLUSH)
        return packed, zlib.adler32(filtered.data), filtered.size

    if len(starts) == 1:
        yield pack(0)
        return
    from concurrent.futures import ThreadPoolExecutor  # which small pictures do not wait for

    with ThreadPoolExecutor(min(len(starts), _count_cores())) as pool:
        yield from pool.map(pack, starts)


def _count_cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _filtered(samples: Samples, top: int, bottom: int) -> Bytes:
    """Rows top to bottom, (N, 1 + bytes), behind that one of PNG's filters (section 9.2) that
    leaves the least, as far as some rows of them tell.
    """
    part = samples[max(0, top - 1) : bottom]
    wide = part.astype(">u2") if part.itemsize == 2 else np.ascontiguousarray(part)
    rows = wide.reshape(len(wide), -1).view(np.uint8)
    if top == 0:
        rows = np.concatenate([np.zeros_like(rows[:1]), rows])
    step = part.shape[2] * part.itemsize
    here, above = rows[1:], rows[:-1]
    tried = np.s_[::TRIED_ROWS]
    costs = [
        np.abs((here[tried] - foretold).view(np.int8).astype(np.int16)).sum()
        for foretold in (_foretold(kind, here[tried], above[tried], step) for kind in range(4))
    ]
    kind = int(np.argmin(costs))
    filtered = np.empty((len(here), 1 + here.shape[1]), np.uint8)
    filtered[:, 0] = kind
    np.subtract(here, _foretold(kind, here, above, step), out=filtered[:, 1:])
    return filtered


def _foretold(kind: int, here: Bytes, above: Bytes, step: int) -> Bytes:
    """What filter 0 to 3 foretells: nothing, the byte to the left, the one above, their mean."""
    if kind == 2:
        return above
    left = np.zeros_like(here)
    if kind == 0:
        return left
    left[:, step:] = here[:, :-step]
    return left if kind == 1 else (left & above) + ((left ^ above) >> 1)


def _joined_adler(first: int, second: int, size: int) -> int:
    """The Adler-32 of two runs of bytes, one behind the other, by their own; size: the second's."""
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + size * ((first & 0xFFFF) - 1)
    return (high % ADLER_PRIME) << 16 | low % ADLER_PRIME


def _chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data)
    file.write(struct.pack(">I", zlib.crc32(name + data)))
