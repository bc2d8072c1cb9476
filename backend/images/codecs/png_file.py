"""A PNG file before it is decoded: what does not touch its pixels must not keep it unread.

Damaged or oversized chunks that a picture can do without are left out, as browsers do; colour
chunks are taken out for png_color.py. Spec: https://www.w3.org/TR/png-3/, sections 5 and 13.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from .deflated import MOST_INFLATED, unpacked_bytes

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOR_CHUNKS = {b"cICP": 4, b"iCCP": None, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32}  # and their sizes
USED_CHUNKS = {b"tRNS": "transparency", b"eXIf": "EXIF data", b"pHYs": "resolution"}
NAMES = {**dict.fromkeys(COLOR_CHUNKS, "colour space"), b"iCCP": "ICC profile", **USED_CHUNKS}
TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
USED_TEXTS = (b"Raw profile type exif", b"XML:com.adobe.xmp")  # where EXIF and orientation hide
MAX_TEXT_BYTES = 1 << 20  # of one text, unpacked: Pillow's own limit
MAX_PROFILE_BYTES = 1 << 26  # of an unpacked ICC profile
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
COLOR_TYPE_AT = 9  # in the header
TRANSPARENT_BYTES = {0: range(2, 3), 2: range(6, 7), 3: range(257)}  # of tRNS, by colour type
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)


@dataclass
class PngFile:
    """file: for a decoder. colors: the colour chunks by name, iCCP's unpacked. frames: of an
    animation. size: (width, height). row_bytes: what the pixels are unpacked. packed: where they
    lie in the file that was handed in, as (start, size). texts: the names of those that are kept.
    color_type: as the header has it.
    """

    file: BinaryIO
    colors: dict[bytes, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    frames: int = 1
    size: tuple[int, int] = (0, 0)
    row_bytes: int = 0
    packed: list[tuple[int, int]] = field(default_factory=list)
    texts: set[bytes] = field(default_factory=set)
    color_type: int = 0


def open_png(file: BinaryIO) -> PngFile | None:
    """Look through a PNG file, without its pixels; None for other files."""
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return None
    png = PngFile(file)
    kept, dropped = [(0, len(SIGNATURE))], False
    for name, start, size in _chunks(file):
        whole = (start - 8, size + 12)
        if name == b"IHDR":
            header = _part(file, start, size)
            if size == 13:
                png.color_type = header[COLOR_TYPE_AT]
            png.row_bytes = _row_bytes(header)
            png.size = (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"))
        elif name == b"IDAT":
            png.packed.append((start, size))
        if name[0] & 0x20 == 0 or _is_needed(file, png, name, start, size):
            kept.append(whole)
        else:
            dropped = True
    if dropped:
        png.file = io.BytesIO(b"".join(_part(file, *part) for part in kept))
    file.seek(0)
    return png


def check_has_data(png: PngFile) -> None:
    """Raise ValueError where the file is far too small for the size that it claims, which decoders
    would set memory aside for.
    """
    if png.row_bytes > MOST_INFLATED * sum(size for _, size in png.packed):
        raise ValueError("it holds far too little data for the size that it claims")


def has_all_rows(png: PngFile, file: BinaryIO) -> bool:
    """Whether the pixels go on to the last row; decoders take what is missing for black. file: the
    one handed to open_png.
    """
    return unpacked_bytes(file, png.packed, most=png.row_bytes) >= png.row_bytes


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, where its data starts, and its size, up to the end or to where the file is cut off."""
    end = file.seek(0, io.SEEK_END)
    at = len(SIGNATURE)
    while at + 12 <= end:
        size, name = struct.unpack(">I4s", _part(file, at, 8))
        yield name, at + 8, min(size, end - at - 8)
        at += 12 + size
        if name == b"IEND":
            return


def _row_bytes(header: bytes) -> int:
    """How many bytes all rows are, unpacked, each with its filter's number; 0 for what is no header
    (sections 7.2, 8.1 and 11.2.1).
    """
    if len(header) != 13:
        return 0
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = CHANNELS.get(color, 0) * depth
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for top, left, down, right in passes:
        rows, columns = -(-(height - top) // down), -(-(width - left) // right)
        if rows > 0 and columns > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def _is_needed(file: BinaryIO, png: PngFile, name: bytes, start: int, size: int) -> bool:
    """Whether a decoder needs this chunk, which a picture can do without; keeps what we need."""
    known = name in COLOR_CHUNKS or name in USED_CHUNKS or name in TEXT_CHUNKS or name == b"acTL"
    if not known or name in png.colors:  # of each the first counts: unpacking many takes long
        return False
    data = _part(file, start, size)
    (checksum,) = struct.unpack(">I", _part(file, start + size, 4).ljust(4, b"\0"))
    sound = zlib.crc32(name + data) == checksum
    if name in TEXT_CHUNKS:
        text = data.split(b"\0", 1)[0]
        if not sound or text not in USED_TEXTS or text in png.texts:
            return False
        png.texts.add(text)
        return _is_short(name, data)
    if name == b"acTL":
        if sound and size == 8:
            png.frames = max(1, int.from_bytes(data[:4], "big"))
        return False
    if name == b"iCCP" and sound:
        data = _unpacked_profile(data)
        sound = bool(data)
    elif name in COLOR_CHUNKS:
        sound = sound and size == COLOR_CHUNKS[name]
    elif name == b"pHYs":
        sound = sound and size == 9
    elif name == b"tRNS":
        sound = sound and size in TRANSPARENT_BYTES.get(png.color_type, (size,))
    if not sound:
        png.notes.append(f"its {NAMES[name]} ({name.decode()}) is damaged and was left out")
        return False
    if name in COLOR_CHUNKS:
        png.colors[name] = data
        return False
    return True


def _is_short(name: bytes, data: bytes) -> bool:
    after = data.split(b"\0", 1)[1]
    if name == b"zTXt":
        return len(_inflated(after[1:], MAX_TEXT_BYTES + 1)) <= MAX_TEXT_BYTES
    if name == b"iTXt" and after[:1] == b"\1":
        packed = after[2:].split(b"\0", 2)[-1]
        return len(_inflated(packed, MAX_TEXT_BYTES + 1)) <= MAX_TEXT_BYTES
    return len(data) <= MAX_TEXT_BYTES


def _unpacked_profile(data: bytes) -> bytes:
    """b"" for what is no profile: name, 0, method, deflated bytes (section 11.3.2.3)."""
    _, _, after = data.partition(b"\0")
    return _inflated(after[1:], MAX_PROFILE_BYTES) if after[:1] == b"\0" else b""


def _inflated(packed: bytes, most: int) -> bytes:
    """Up to `most` bytes; b"" when they are damaged."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _part(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
