"""What a picture's file says about it beside its pixels: EXIF, orientation, resolution.

The result keeps who made the photo, when, where and how, and loses what describes the old pixels:
orientation, thumbnail, sizes and file layout. EXIF 3.0: https://www.cipa.jp/e/std/std-sec.html.
"""

from __future__ import annotations

import struct
from typing import Any

from PIL import ExifTags, Image

Base = ExifTags.Base
# TIFF files keep their layout in the same directory, so only these are carried over
CARRIED = (
    Base.ImageDescription, Base.Make, Base.Model, Base.DateTime, Base.Artist, Base.Copyright,
    Base.XPTitle, Base.XPComment, Base.XPAuthor, Base.XPKeywords, Base.XPSubject,
)  # fmt: skip
CARRIED_FOLDERS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
OF_OLD_PIXELS = (Base.ExifImageWidth, Base.ExifImageHeight, Base.ColorSpace)
MAX_EXIF_BYTES = 65_000  # what fits in one JPEG segment
# what Pillow raises on damaged EXIF
DAMAGED = (OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, struct.error)
DPI_RANGE = (1.0, 100_000.0)


def orientation(opened: Image.Image) -> int:
    """1 (upright) to 8; damaged EXIF counts as upright."""
    try:
        value = opened.getexif().get(Base.Orientation, 1)
    except DAMAGED:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def carried_exif(opened: Image.Image) -> tuple[bytes | None, str | None]:
    """The EXIF block for the result, None where there is nothing to carry; and a note for the user,
    None when all is well.
    """
    try:
        old = opened.getexif()
        new = Image.Exif()
        for tag in CARRIED:
            if tag in old:
                new[tag] = old[tag]
        for folder in CARRIED_FOLDERS:
            values = {k: v for k, v in old.get_ifd(folder).items() if k not in OF_OLD_PIXELS}
            if values:
                new.get_ifd(folder).update(values)
                new[folder] = new.get_ifd(folder)
        block = new.tobytes() if len(new) else None
    except DAMAGED:
        return None, "its EXIF data is damaged and was left out"
    if block is not None and len(block) > MAX_EXIF_BYTES:
        return None, "its EXIF data is too large for other files and was left out"
    return block, None


def dots_per_inch(opened: Image.Image) -> tuple[float, float] | None:
    """(x, y), None where the file states none or nonsense."""
    stated: Any = opened.info.get("dpi")
    try:
        x, y = (float(number) for number in stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    low, high = DPI_RANGE
    return (x, y) if low <= x <= high and low <= y <= high else None
