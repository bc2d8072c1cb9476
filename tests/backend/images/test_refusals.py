"""Picture files that cannot be read: each is refused by its name and with the reason."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageReadError

from ..pictures import noise, saved, tiff


def palette_png_without_palette() -> bytes:
    data = saved(Image.new("P", (4, 4)), "PNG").getvalue()
    at = data.index(b"PLTE") - 4
    return data[:at] + data[data.index(b"IDAT") - 4 :]


def truncated(format_: str) -> bytes:
    data = saved(Image.fromarray(noise(64, 64, 3)), format_).getvalue()
    return data[: len(data) // 2]


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"\0" * 100)),
            (b"IEND", b""),
        )
    )


def tiff_that_claims(channels: int) -> bytes:
    """160 x 120 with 16-bit channels stored apart, of which it holds three."""
    planes = {"photometric": "rgb", "planarconfig": "separate"}
    data = bytearray(tiff(np.zeros((3, 120, 160), np.uint16), **planes).getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages[0].tags[277].valueoffset
    data[at : at + 2] = struct.pack("<H", channels)
    return bytes(data)


def tiff_that_unpacks_to(size: int) -> bytes:
    """8 x 8 pixels of 32 bits, whose one strip unpacks to so many bytes."""
    data = bytearray(tiff(np.zeros((8, 8), np.uint32), compression="zlib").getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        start, count = (page.tags[tag].valueoffset for tag in (273, 279))
    packed = zlib.compress(bytes(size))
    data[start : start + 4] = struct.pack("<I", len(data))
    data[count - 8 : count + 4] = struct.pack("<HHII", 279, 4, 1, len(packed))
    return bytes(data) + packed


def tiff_of_colors(kind: str, dtype: type) -> bytes:
    return tiff(np.zeros((4, 4, 3), dtype), photometric=kind).getvalue()


def palette_tiff() -> bytes:
    palette = {"photometric": "palette", "colormap": np.zeros((3, 1 << 16), np.uint16)}
    return tiff(np.zeros((4, 4), np.uint16), **palette).getvalue()


def cut_tiff() -> bytes:
    planes = {"photometric": "rgb", "planarconfig": "separate"}
    return tiff(noise(3, 20, 20, dtype=np.uint16), **planes).getvalue()[:-40]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"Dear reader, this is a letter.\n" * 20, "not a picture"),
        (truncated("PNG"), "damaged or incomplete"),
        (truncated("JPEG"), "damaged or incomplete"),
        (truncated("TIFF"), "damaged or incomplete"),
        (truncated("WEBP"), "damaged or incomplete"),
        (truncated("GIF"), "damaged or incomplete"),
        (png_that_claims(60_000, 60_000), "million pixels"),
        (png_that_claims(13_000, 12_000), "damaged or incomplete"),
        (b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40, "photo:"),
        (palette_png_without_palette(), "damaged or incomplete"),
        (saved(Image.new("LAB", (40, 40)), "TIFF").getvalue()[:2000], "damaged or incomplete"),
        (tiff(np.full((4, 4), 255.0, np.float32)).getvalue(), "floating-point numbers up to 255"),
        (tiff(np.full((4, 4), 9, np.int16)).getvalue(), "16-bit signed whole numbers"),
        (tiff(np.full((4, 4), 9, np.int8)).getvalue(), "8-bit signed whole numbers"),
        (tiff(np.zeros((4, 4), np.complex64)).getvalue(), "complex numbers"),
        (tiff_of_colors("cielab", np.uint16), "stored as CIE Lab with 16 bits"),
        (tiff_of_colors("icclab", np.uint8), "stored as ICC Lab with 8 bits"),
        (tiff_of_colors("ycbcr", np.uint16), "stored as YCbCr with 16 bits"),
        (palette_tiff(), "stored as a palette with 16 bits"),
        (tiff_that_claims(65_535), "photo:"),
        (tiff_that_unpacks_to(140_000_000), "unpacks to more than the picture has"),
        (cut_tiff(), "last rows are missing"),
        (b"P6 4 4 65535\n" + b"\0" * 40, "last rows are missing"),
        (b"P2 1 1 999\n1000\n", "larger than it says"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ],
    ids=str.split(
        "empty text png jpeg tiff webp gif bomb large ifd palette lab float signed signed8 complex "
        "lab16 icclab ycbcr palette16 channels inflated planes ppm pgm eps"
    ),
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(ImageReadError, match=r"^photo:") as caught:
        read_image(io.BytesIO(data), name="photo")
    assert says in str(caught.value)
