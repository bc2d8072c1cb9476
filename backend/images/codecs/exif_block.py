"""EXIF data field by field, as bytes: what is carried over stays the same to the last bit.

EXIF is a small TIFF file: a main folder of fields, and folders that it points to. Text in it has no
stated encoding, so nothing is decoded here. Specs: EXIF 3.0
(https://www.cipa.jp/e/std/std-sec.html) and TIFF 6.0, section 2; of BigTIFF only what a classic
file holds as well is read.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

PREFIX = b"Exif\0\0"  # in front of the block in JPEG
EXIF_FOLDER, GPS_FOLDER = 0x8769, 0x8825
# field type -> bytes of one value (TIFF 6.0; 13 of its supplement; 129, UTF-8, of EXIF 3.0)
TYPE_BYTES = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1,
}  # fmt: skip
ORDERS: dict[bytes, Literal["<", ">"]] = {b"II": "<", b"MM": ">"}
LONG = 4
MOST_FIELDS = 1000  # of one folder: real ones have fewer than 100
MAX_BYTES = 1 << 22  # of all fields together, which may lie on top of each other


@dataclass(frozen=True)
class Field:
    """data: the values in the block's byte order."""

    type: int
    data: bytes

    @property
    def count(self) -> int:
        return len(self.data) // TYPE_BYTES[self.type]


Folder = dict[int, Field]  # by tag


@dataclass
class ExifData:
    """order: '<' or '>', as struct has it. folders: by the tag that points to them. is_damaged:
    whether some fields could not be read. room: for so many bytes more.
    """

    order: Literal["<", ">"] = "<"
    main: Folder = field(default_factory=dict)
    folders: dict[int, Folder] = field(default_factory=dict)
    is_damaged: bool = False
    room: int = field(default=MAX_BYTES, repr=False, compare=False)


def read_exif(file: BinaryIO, *, tags: Container[int] | None = None) -> ExifData:
    """The main folder, and those for EXIF and GPS, of a file that starts as TIFF does. tags: of the
    main folder's fields, those that are wanted; None for all. Raises ValueError for another file,
    and where the main folder cannot be read.
    """
    head = _part(file, 0, 16)
    if head[:2] not in ORDERS or len(head) < 8:
        raise ValueError("no EXIF data")
    order = ORDERS[head[:2]]
    magic, start = struct.unpack(f"{order}HI", head[2:8])
    if magic not in (42, 43):
        raise ValueError("no EXIF data")
    is_big = magic == 43
    if is_big:
        (start,) = struct.unpack(f"{order}Q", head[8:16])
    exif = ExifData(order)
    exif.main = _read_folder(file, start, exif, is_big, tags)
    for tag in (EXIF_FOLDER, GPS_FOLDER):
        pointer = exif.main.pop(tag, None)
        if pointer is None or len(pointer.data) not in (4, 8):
            continue
        at = int.from_bytes(pointer.data, "little" if order == "<" else "big")
        try:
            exif.folders[tag] = _read_folder(file, at, exif, is_big, None)
        except ValueError:
            exif.is_damaged = True
    return exif


def parse_exif(block: bytes) -> ExifData:
    """What read_exif does, of the block that other files hold, with or without its prefix."""
    return read_exif(io.BytesIO(block.removeprefix(PREFIX)))


def pack_exif(exif: ExifData) -> bytes:
    """The block with its prefix; b"" where there is nothing to say."""
    if not exif.main and not exif.folders:
        return b""
    head = (b"II" if exif.order == "<" else b"MM") + struct.pack(f"{exif.order}HI", 42, 8)
    return PREFIX + head + pack_folders(exif, {}, at=8)


def pack_folders(exif: ExifData, others: Mapping[int, bytes], *, at: int) -> bytes:
    """The main folder and those it points to, to be laid at an offset. others: entries that stay as
    they are, by tag: type, count and value in 12 bytes.
    """
    pointers = {tag: Field(LONG, b"\0" * 4) for tag in exif.folders}
    size = len(_pack(exif.order, {**exif.main, **pointers}, others, at))
    body = b""
    for tag, folder in exif.folders.items():
        start = at + size + len(body)
        pointers[tag] = Field(LONG, struct.pack(f"{exif.order}I", start))
        body += _pack(exif.order, folder, {}, start)
    return _pack(exif.order, {**exif.main, **pointers}, others, at) + body


def _pack(order: str, folder: Folder, others: Mapping[int, bytes], at: int) -> bytes:
    tags = sorted({*folder, *others})
    data_at = at + 2 + 12 * len(tags) + 4
    entries, data = b"", b""
    for tag in tags:
        if tag not in folder:
            entries += others[tag]
            continue
        value = folder[tag].data
        entries += struct.pack(f"{order}HHI", tag, folder[tag].type, folder[tag].count)
        if len(value) <= 4:
            entries += value.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}I", data_at + len(data))
            data += value + b"\0" * (len(value) % 2)
    return struct.pack(f"{order}H", len(tags)) + entries + b"\0" * 4 + data


def _read_folder(
    file: BinaryIO, start: int, exif: ExifData, is_big: bool, tags: Container[int] | None
) -> Folder:
    order, width = exif.order, 20 if is_big else 12
    counted = _part(file, start, 8 if is_big else 2)
    if len(counted) < (8 if is_big else 2):
        raise ValueError("damaged EXIF data")
    (count,) = struct.unpack(f"{order}{'Q' if is_big else 'H'}", counted)
    table = _part(file, start + len(counted), min(count, MOST_FIELDS) * width)
    exif.is_damaged |= len(table) < count * width
    folder: Folder = {}
    for at in range(0, len(table) - width + 1, width):
        entry = table[at : at + width]
        tag, type_, number = struct.unpack_from(f"{order}HH{'Q' if is_big else 'I'}", entry)
        if tags is not None and tag not in tags and tag not in (EXIF_FOLDER, GPS_FOLDER):
            continue
        size = TYPE_BYTES.get(type_, 0) * number
        inline = entry[12:] if is_big else entry[8:]
        if size > len(inline):
            (offset,) = struct.unpack(f"{order}{'Q' if is_big else 'I'}", inline)
            data = _part(file, offset, size) if size <= exif.room else b""
            exif.room -= len(data)
        else:
            data = inline[:size]
        if size and len(data) == size:
            folder[tag] = Field(type_, data)
        elif type_ in TYPE_BYTES and number:
            exif.is_damaged = True
    return folder


def _part(file: BinaryIO, start: int, size: int) -> bytes:
    """What there is of a part of the file."""
    if start >= 1 << 63:
        return b""
    file.seek(start)
    return file.read(size)
