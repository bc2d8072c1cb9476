"""Pixels from one of Krita's colour spaces to another, by Krita, far from the user's document.

Converting a layer of a document is an undo step of that document, even if the layer is a
duplicate that was never added to it. So pixels are converted in an invisible document of their
own, which is closed when the job is done; what Krita knows of profiles is used, and no conversion
is written here.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from krita import Krita

from ..protocol.errors import ImageError
from .color_spaces import ColorSpace

_RESOLUTION = 72.0
BAND_PIXELS = 64_000  # Krita converts floats at about 3 million pixels a second


class Converter:
    """Converts bands of pixels from one space to another."""

    def __init__(self, document: Any, origin: ColorSpace, goal: ColorSpace) -> None:
        self._document = document
        self._origin = origin
        self._goal = goal

    def converted(self, data: bytes, size: tuple[int, int]) -> bytes:
        """The pixels of (width, height) in the other space. Raises ImageError."""
        width, height = size
        node = self._document.createNode("band", "paintlayer")
        node.setPixelData(data, 0, 0, width, height)
        node.setColorSpace(*self._goal)
        if ColorSpace(node.colorModel(), node.colorDepth(), node.colorProfile()) != self._goal:
            raise _impossible(self._origin, self._goal)
        return bytes(node.pixelData(0, 0, width, height))


@contextmanager
def converter(origin: ColorSpace, goal: ColorSpace) -> Generator[Converter, None, None]:
    """A converter, while its document lives. Raises ImageError when Krita has no such space."""
    document = Krita.instance().createDocument(1, 1, "", *origin, _RESOLUTION)
    if document is None:
        raise _impossible(origin, goal)
    document.setBatchmode(True)
    try:
        yield Converter(document, origin, goal)
    finally:
        document.setModified(False)
        document.close()


def band_rows(width: int) -> int:
    """How many rows of this width are converted at a time."""
    return max(1, BAND_PIXELS // width)


def _impossible(origin: ColorSpace, goal: ColorSpace) -> ImageError:
    return ImageError(
        f"Krita cannot convert {' '.join(origin)} to {' '.join(goal)}; convert the layer yourself "
        "(Layer > Convert > Convert Layer Color Space) and try again"
    )
