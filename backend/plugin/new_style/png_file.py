"""A layer's pixels as a PNG file (W3C PNG, third edition), which the training reads. The hosts'
Pythons have no imaging library, and zlib is what PNG needs most.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from ...protocol.pixels import Pixels

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB_8_BIT = b"\x08\x02\x00\x00\x00"  # depth, colour type, compression, filter, interlacing
_SRGB_PERCEPTUAL = b"\x00"
_LEVEL = 3  # photos hardly get smaller beyond
_ORDERS = {"bgra": (2, 1, 0), "rgba": (0, 1, 2)}


def write_png(path: Path, pixels: Pixels) -> None:
    """pixels: bgra or rgba, u8, sRGB, straight alpha; what is transparent becomes white. Takes some
    tenths of a second for a million pixels. Raises OSError.
    """
    order = _ORDERS[pixels.layout]
    packer = zlib.compressobj(_LEVEL)
    with path.open("wb") as file:
        file.write(_SIGNATURE)
        size = struct.pack(">II", pixels.width, pixels.height)
        file.write(_chunk(b"IHDR", size + _RGB_8_BIT))
        file.write(_chunk(b"sRGB", _SRGB_PERCEPTUAL))
        data = memoryview(pixels.data).cast("B")
        for top in range(0, pixels.height * pixels.stride, pixels.stride):
            row = _on_white(bytes(data[top : top + pixels.row_bytes]), order)
            if packed := packer.compress(b"\0" + row):  # 0: no filter
                file.write(_chunk(b"IDAT", packed))
        file.write(_chunk(b"IDAT", packer.flush()))
        file.write(_chunk(b"IEND", b""))


def _on_white(row: bytes, order: tuple[int, int, int]) -> bytes:
    alphas = row[3::4]
    whole = bytearray(len(alphas) * 3)
    is_opaque = alphas.count(255) == len(alphas)
    for place, channel in enumerate(order):
        values = row[channel::4]
        if not is_opaque:
            pairs = zip(values, alphas, strict=True)
            values = bytes(255 - ((255 - value) * alpha + 127) // 255 for value, alpha in pairs)
        whole[place::3] = values
    return bytes(whole)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
