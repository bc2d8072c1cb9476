"""How much a deflated part of a file unpacks to, without keeping what it is: files that are made to
fill the memory are a thousandth of it (RFC 1950 and 1951).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import BinaryIO

MOST_INFLATED = 1040  # how many bytes one deflated byte can stand for, a little rounded up
PIECE_BYTES = 1 << 16


def unpacked_bytes(file: BinaryIO, parts: Sequence[tuple[int, int]], *, most: int) -> int:
    """How many bytes a zlib stream is that lies in parts (start, size) of the file, one behind the
    other; counts to `most`, or a little beyond. Raises zlib.error where it is damaged.
    """
    inflate, count = zlib.decompressobj(), 0
    for start, size in parts:
        for at in range(start, start + size, PIECE_BYTES):
            file.seek(at)
            piece = file.read(min(PIECE_BYTES, start + size - at))
            while piece and count < most and not inflate.eof:
                count += len(inflate.decompress(piece, PIECE_BYTES))
                piece = inflate.unconsumed_tail
            if count >= most or inflate.eof:
                return count
    while count < most and (rest := inflate.decompress(b"", PIECE_BYTES)):
        count += len(rest)
    return count
