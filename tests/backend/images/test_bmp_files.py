"""BMP files: each is read by its palette."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy as np
import pytest

from ..pictures import Array, colors, read


@pytest.mark.parametrize("bits", [1, 4, 8])
@pytest.mark.parametrize(
    "grays", [(0,), (0, 255), (255, 0), (0, 1), range(16)], ids=str.split("one two turned near all")
)
def test_a_bmp_is_read_by_its_palette_whatever_its_bits(grays: Sequence[int], bits: int) -> None:
    grays = grays[: 1 << bits]
    numbers = np.arange(35, dtype=np.uint8).reshape(5, 7) % len(grays)
    picture = read(io.BytesIO(bmp(numbers, grays, bits)))
    np.testing.assert_allclose(colors(picture)[..., 0], np.array(grays)[numbers] / 255, atol=1e-6)


def test_a_bmp_in_runs_is_read_by_its_palette() -> None:
    rows = b"\x04\x01\x03\x00\x00\x00" * 5 + b"\x00\x01"  # four of 1 and three of 0 in each
    file = bytearray(bmp(np.zeros((5, 7), np.uint8), (0, 255), 8))
    struct.pack_into("<I", file, 30, 1)
    start = struct.unpack_from("<I", file, 10)[0]
    picture = read(io.BytesIO(file[:start] + rows))
    np.testing.assert_array_equal(colors(picture)[..., 0], [[1, 1, 1, 1, 0, 0, 0]] * 5)


def bmp(numbers: Array, grays: Sequence[int], bits: int) -> bytes:
    """A BMP with a palette of these greys; numbers (H, W) of them, bits a pixel."""
    height, width = numbers.shape
    apart = np.unpackbits(numbers[::-1, :, None], axis=2)[..., 8 - bits :].reshape(height, -1)
    packed = np.packbits(apart, axis=1)
    rows = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4))).tobytes()
    palette = b"".join(bytes([gray, gray, gray, 0]) for gray in grays)
    start = 54 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start)
    info = (40, width, height, 1, bits, 0, len(rows), 2835, 2835, len(grays), 0)
    return head + struct.pack("<IiiHHIIiiII", *info) + palette + rows
