"""PGM and PPM with more than 8 bits, which Pillow would halve. Spec: netpbm's pgm(5) and ppm(5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from ..sixteen_bit import Deep, DeepPicture

CHANNELS = {b"P2": 1, b"P3": 3, b"P5": 1, b"P6": 3}
PLAIN = (b"P2", b"P3")  # the numbers are written out
MAX_HEADER_BYTES = 1 << 16  # comments can be long
MAX_VALUE = 65_535


def read_deep_pnm(file: BinaryIO, check_size: Callable[[int, int], None]) -> DeepPicture | None:
    """None for other files, and for those of up to 8 bits. check_size(width, height) may refuse.
    Raises ValueError for a damaged file.
    """
    file.seek(0)
    head = file.read(MAX_HEADER_BYTES)
    gap = rb"(?:\s|#[^\n\r]*[\n\r])+"
    fields = (rb"(P[2356])", rb"(\d{1,9})", rb"(\d{1,9})", rb"(\d{1,6})\s")
    found = re.match(gap.join(fields), head)
    if found is None or not 255 < int(found[4]) <= MAX_VALUE:
        return None
    kind, width, height, most = found[1], int(found[2]), int(found[3]), int(found[4])
    check_size(width, height)
    shape = (height, width, CHANNELS[kind])
    count = int(np.prod(shape))
    file.seek(found.end())
    if kind in PLAIN:
        words = re.sub(rb"#[^\n\r]*", b"", file.read()).split(None, count)
        numbers = np.array(words[:count], np.uint32)
    else:
        numbers = np.frombuffer(file.read(count * 2), ">u2")
    if len(numbers) < count:
        raise ValueError("its last rows are missing")
    if int(numbers.max()) > most:
        raise ValueError("some of its numbers are larger than it says")
    if most == MAX_VALUE:
        samples: Deep = numbers.astype(np.uint16)
    else:
        samples = np.rint(numbers * np.float32(MAX_VALUE / most)).astype(np.uint16)
    return DeepPicture(samples.reshape(shape), 1)
