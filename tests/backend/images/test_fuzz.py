"""Mutated picture files of every format: read, or refused by name with an error of our tree."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageError

from ..pictures import ADOBE_RGB, gamma, matrix_profile, noise, saved, smooth

ROUNDS = 25
WORDS = (0, 1, 5, 16, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)


def tiff(samples: object, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, metadata=None, **options)
    return file.getvalue()


def seeds() -> dict[str, bytes]:
    photo = Image.fromarray(smooth(12, 15))
    files = {
        name: saved(photo, name).getvalue()
        for name in ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM", "TGA", "JPEG2000")
    }
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Ada Painter"
    more = {"exif": exif, "icc_profile": matrix_profile(ADOBE_RGB, gamma(2.2))}
    files |= {f"{name}, more": saved(photo, name, **more).getvalue() for name in ("PNG", "JPEG")}
    files["palette"] = saved(photo.convert("P"), "PNG").getvalue()
    files["lab"] = saved(Image.new("LAB", (9, 9)), "TIFF").getvalue()
    files["cmyk"] = saved(photo.convert("CMYK"), "JPEG").getvalue()
    files["lzw"] = saved(photo, "TIFF", compression="tiff_lzw").getvalue()
    for kind in (np.uint16, np.uint32):
        planes = noise(3, 9, 11, dtype=kind)
        files[f"planes {kind.__name__}"] = tiff(planes, photometric="rgb", planarconfig="separate")
    files["float"] = tiff(noise(9, 11, 3).astype(np.float32) / 255, photometric="rgb")
    files["pgm"] = b"P5 9 9 65535\n" + bytes(162)
    return files


SEEDS = seeds()


@pytest.mark.parametrize("name", list(SEEDS))
def test_a_mutated_file_is_read_or_refused_by_name(name: str) -> None:
    chance = random.Random(name)
    for _ in range(ROUNDS):
        data = mutated(SEEDS[name], chance)
        try:
            height, width = read_image(io.BytesIO(data), name="photo").size
        except ImageError as error:
            assert str(error).startswith("photo: ")
        else:
            assert height > 0 < width


def mutated(file: bytes, chance: random.Random) -> bytes:
    data = bytearray(file)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(min(len(data), chance.choice((64, 300, 1 << 30))))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                data[at:at] = chance.randbytes(chance.choice((1, 2, 4)))
            case 2:
                del data[at : at + chance.choice((1, 2, 4, 30))]
            case 3:
                order, word = chance.choice("<>"), chance.choice(WORDS)
                data[at : at + 4] = struct.pack(f"{order}I", word)
            case _:
                del data[chance.randrange(1, len(data) + 1) :]
        data = data or bytearray(b"x")
    return with_right_checksums(bytes(data)) if chance.random() < 0.7 else bytes(data)


def with_right_checksums(file: bytes) -> bytes:
    """So that what was changed in a PNG gets past its first guard."""
    if not file.startswith(b"\x89PNG"):
        return file
    data, at = bytearray(file), 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if at + 12 + size > len(data):
            break
        checksum = zlib.crc32(bytes(data[at + 4 : at + 8 + size]))
        struct.pack_into(">I", data, at + 8 + size, checksum)
        at += 12 + size
    return bytes(data)
