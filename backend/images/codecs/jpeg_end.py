"""JPEG files whose end marker is missing: some cameras and cut downloads leave them behind."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
from PIL import Image

START, END = b"\xff\xd8", b"\xff\xd9"
# what a decoder would take for coefficients, were any missing; it holds no marker
FILLER = b"\xfe\xa5" * 2048


def with_end_marker(file: BinaryIO) -> BinaryIO | None:
    """The JPEG file with an end; None for other files, and where pixels are missing as well.

    libjpeg makes up what is missing. So the file is decoded twice, with other bytes behind it: when
    its pixels are all there, those make no difference.
    """
    file.seek(0)
    if file.read(len(START)) != START:
        return None
    file.seek(0)
    data = file.read().removesuffix(b"\xff")  # half a marker
    ended = io.BytesIO(data + END)
    try:
        alike = np.array_equal(_pixels(ended), _pixels(io.BytesIO(data + FILLER + END)))
    except OSError:
        return None
    ended.seek(0)
    return ended if alike else None


def _pixels(file: BinaryIO) -> np.ndarray:
    with Image.open(file, formats=["JPEG"]) as opened:
        return np.asarray(opened)
