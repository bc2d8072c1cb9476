"""Which files hold shades that nobody painted: noise of their format, beside edges above all.

Specs: WebP (RFC 9649), whose chunks say which of its two kinds a file is. JPEG 2000 and AVIF have
lossless kinds, too, but do not say so in one place.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from PIL import Image

LOSSY = ("JPEG", "MPO", "JPEG2000", "AVIF")
LOSSY_IN_TIFF = ("jpeg", "tiff_jpeg", "webp")  # compressions, as Pillow calls them
RIFF_BYTES, FRAME_BYTES = 12, 16  # of the heads of a WebP file and of an animation's frame


def is_lossy(opened: Image.Image, file: BinaryIO) -> bool:
    """file: the one that opened was opened from."""
    if opened.format == "WEBP":
        return not _is_lossless_webp(file)
    if opened.format == "TIFF":
        return opened.info.get("compression") in LOSSY_IN_TIFF
    return opened.format in LOSSY


def _is_lossless_webp(file: BinaryIO) -> bool:
    at = RIFF_BYTES
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[:4] in (b"VP8 ", b"VP8L"):
            return head[:4] == b"VP8L"
        (size,) = struct.unpack("<I", head[4:])
        at += 8 + (FRAME_BYTES if head[:4] == b"ANMF" else size + size % 2)
