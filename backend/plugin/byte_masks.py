"""Selections as bytes: what they look like, and taking some pixels from here and others from there.

No loop here looks at single pixels: slices, translations and whole numbers of thousands of digits
run in C. Callers pass a band of rows at a time. A mask has one byte for a pixel, 255 for
selected.
"""

from __future__ import annotations

_ALL_OR_NOTHING = bytes([0, *[255] * 255])


def is_empty(mask: bytes | bytearray) -> bool:
    return not mask.strip(b"\0")


def is_full(mask: bytes | bytearray) -> bool:
    return not mask.strip(b"\xff")


def chosen(
    old: bytes | bytearray, new: bytes | bytearray, mask: bytes | bytearray, *, pixel_bytes: int
) -> bytes:
    """Old pixels where the mask is 0, new ones everywhere else, byte for byte.

    old and new have pixel_bytes bytes for each byte of the mask.
    """
    if is_empty(mask):
        return bytes(old)
    taken = mask.translate(_ALL_OR_NOTHING)
    if is_full(taken):
        return bytes(new)
    wide = bytearray(len(old))
    for place in range(pixel_bytes):
        wide[place::pixel_bytes] = taken
    before, after = int.from_bytes(old, "little"), int.from_bytes(new, "little")
    picked = before ^ ((before ^ after) & int.from_bytes(wide, "little"))
    return picked.to_bytes(len(old), "little")


def changed(old: bytes | memoryview, new: bytes | memoryview, *, pixel_bytes: int) -> bytes:
    """A mask: 0 where a pixel is the same in both, byte for byte. Both have the same length."""
    difference = int.from_bytes(old, "little") ^ int.from_bytes(new, "little")
    planes = difference.to_bytes(len(old), "little")
    count = len(old) // pixel_bytes
    either = 0
    for place in range(pixel_bytes):
        either |= int.from_bytes(planes[place::pixel_bytes], "little")
    return either.to_bytes(count, "little").translate(_ALL_OR_NOTHING)


def every_nth(row: bytes | memoryview, step: int, *, pixel_bytes: int) -> bytes:
    """Pixel 0, step, 2 * step, ... of a row."""
    count = -(-(len(row) // pixel_bytes) // step)
    thinned = bytearray(count * pixel_bytes)
    for place in range(pixel_bytes):
        thinned[place::pixel_bytes] = row[place :: pixel_bytes * step]
    return bytes(thinned)
