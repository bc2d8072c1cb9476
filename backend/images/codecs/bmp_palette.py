"""BMP files whose palette is grey: Pillow takes two colours for one bit a pixel and more for eight,
whatever the file has. Spec: Windows' BITMAPINFOHEADER.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from PIL import Image, ImageFile, ImagePalette

FILE_HEADER_BYTES, OLD_HEADER_BYTES = 14, 12  # the latter are OS/2's
RAW_MODES = {1: "P;1", 4: "P;4", 8: "P"}  # Pillow's, by the bits of a pixel
BITS_OF_MODE = {"1": 1, "L": 8}


def use_palette(opened: Image.Image, file: BinaryIO) -> None:
    """Have a BMP that Pillow has opened from file, and not decoded yet, read by its palette where
    Pillow is mistaken about its bits.
    """
    if opened.format != "BMP" or not isinstance(opened, ImageFile.ImageFile) or not opened.tile:
        return
    file.seek(FILE_HEADER_BYTES)
    header = file.read(40)
    (size,) = struct.unpack_from("<I", header)
    is_old = size == OLD_HEADER_BYTES
    (bits,) = struct.unpack_from("<H", header, 10 if is_old else 14)
    (tile,) = opened.tile
    # Pillow unpacks runs to a byte a pixel
    stored = 8 if tile.codec_name == "bmp_rle" else bits
    if bits not in RAW_MODES or stored == BITS_OF_MODE.get(opened.mode, stored):
        return
    colors = 0 if is_old else struct.unpack_from("<I", header, 32)[0]
    layout = "BGR" if is_old else "BGRX"
    file.seek(FILE_HEADER_BYTES + size)
    palette = file.read(len(layout) * min(colors or 1 << bits, 1 << bits))
    opened._mode = "P"
    opened.palette = ImagePalette.raw(layout, palette)
    assert isinstance(tile.args, tuple)
    opened.tile = [tile._replace(args=(RAW_MODES[bits], *tile.args[1:]))]
