"""What a picture's file says about it beside its pixels: EXIF, orientation, resolution.

The result keeps who made the photo, when, where and how, and loses what describes the old pixels:
orientation, thumbnail, sizes and file layout. EXIF 3.0: https://www.cipa.jp/e/std/std-sec.html.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from .codecs.exif_block import ExifData, pack_exif, parse_exif, read_exif

Base = ExifTags.Base
# TIFF files keep their layout in the same directory, so only these are carried over
CARRIED = (
    Base.ImageDescription, Base.Make, Base.Model, Base.DateTime, Base.Artist, Base.Copyright,
    Base.XPTitle, Base.XPComment, Base.XPAuthor, Base.XPKeywords, Base.XPSubject,
)  # fmt: skip
# sizes, the colour space, and a pointer to a folder that says more about it
OF_OLD_PIXELS = (Base.ExifImageWidth, Base.ExifImageHeight, Base.ColorSpace, 0xA005)
MOST_NAMED = 5  # fields in a note
# what Pillow raises on damaged EXIF
DAMAGED = (OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, struct.error)
SIDES = (Base.XResolution, Base.YResolution)
RATIONAL, CENTIMETER, CM_PER_INCH = 5, 3, 2.54  # a field's type, and a unit of resolution
DPI_RANGE = (1.0, 100_000.0)


def orientation(opened: Image.Image) -> int:
    """1 (upright) to 8; damaged EXIF counts as upright."""
    try:
        value = opened.getexif().get(Base.Orientation, 1)
    except DAMAGED:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def carried_exif(opened: Image.Image, file: BinaryIO) -> tuple[bytes | None, str | None]:
    """The EXIF block for the result, None where there is nothing to carry; and a note for the user,
    None when all is well. file: the one that opened was opened from.
    """
    try:
        if opened.format == "TIFF":
            return carried_from_tiff(file)
        block = _block_of(opened)
        return (None, None) if block is None else _carried(parse_exif(block))
    except DAMAGED:
        return None, "its EXIF data is damaged and was left out"


def carried_from_tiff(file: BinaryIO) -> tuple[bytes | None, str | None]:
    """What carried_exif does, of a TIFF file, whatever its pixels are. Raises ValueError where it
    has no folder.
    """
    return _carried(read_exif(file, tags=CARRIED))


def exif_within(block: bytes, most: int, *, format_name: str) -> tuple[bytes | None, str | None]:
    """The EXIF block in `most` bytes, which are all that the format holds: without the maker's
    note, which few programs read, and without the largest fields where that does not do; and a
    note.
    """
    excess = len(block) - most
    if excess <= 0:
        return block, None
    exif = parse_exif(block)
    fields = [
        (tag == Base.MakerNote, len(value.data), tag, folder)
        for folder in (exif.main, *exif.folders.values())
        for tag, value in folder.items()
    ]
    left_out = []
    for _, size, tag, folder in sorted(fields, key=lambda field: field[:2], reverse=True):
        if excess <= 0:
            break
        del folder[tag]
        excess -= size
        left_out.append(ExifTags.TAGS.get(tag, hex(tag)))
    exif.folders = {pointer: folder for pointer, folder in exif.folders.items() if folder}
    named = ", ".join(left_out[:MOST_NAMED]) + (", ..." if len(left_out) > MOST_NAMED else "")
    note = f"{format_name} holds {most:,} bytes of EXIF data; left out: {named}"
    return pack_exif(exif) or None, note


def dots_per_inch_of_tiff(file: BinaryIO) -> tuple[float, float] | None:
    """What dots_per_inch does, of a TIFF file, whatever its pixels are. Raises ValueError where it
    has no folder.
    """
    exif = read_exif(file, tags=(*SIDES, Base.ResolutionUnit))
    numbers = []
    for tag in SIDES:
        value = exif.main.get(tag)
        if value is None or value.type != RATIONAL or value.count != 1:
            return None
        above, below = struct.unpack(f"{exif.order}II", value.data)
        numbers.append(above / below if below else 0.0)
    unit = exif.main.get(Base.ResolutionUnit)
    in_cm = unit is not None and unit.data == struct.pack(f"{exif.order}H", CENTIMETER)
    scale = CM_PER_INCH if in_cm else 1.0
    return _sensible(numbers[0] * scale, numbers[1] * scale)


def _carried(old: ExifData) -> tuple[bytes | None, str | None]:
    new = ExifData(old.order, {tag: old.main[tag] for tag in CARRIED if tag in old.main})
    for pointer, folder in old.folders.items():
        kept = {tag: value for tag, value in folder.items() if tag not in OF_OLD_PIXELS}
        if kept:
            new.folders[pointer] = kept
    note = "some of its EXIF data is damaged and was left out" if old.is_damaged else None
    return pack_exif(new) or None, note


def _block_of(opened: Image.Image) -> bytes | None:
    """The EXIF block as the file has it."""
    opened.getexif()  # where Pillow reads it only now
    block = opened.info.get("exif")
    if isinstance(block, bytes):
        return block or None
    as_text = opened.info.get("Raw profile type exif")  # as ImageMagick puts it into a PNG
    if isinstance(as_text, str):
        return bytes.fromhex("".join(as_text.split("\n")[3:]))
    return None


def dots_per_inch(opened: Image.Image) -> tuple[float, float] | None:
    """(x, y), None where the file states none or nonsense."""
    stated: Any = opened.info.get("dpi")
    try:
        x, y = (float(number) for number in stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return _sensible(x, y)


def _sensible(x: float, y: float) -> tuple[float, float] | None:
    low, high = DPI_RANGE
    return (x, y) if low <= x <= high and low <= y <= high else None
