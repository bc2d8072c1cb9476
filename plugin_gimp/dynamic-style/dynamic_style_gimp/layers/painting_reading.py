"""A layer as the painting that a new style is learnt from."""

from __future__ import annotations

from functools import partial

from ..plugin.new_style.png_file import write_png
from ..plugin.new_style.style_request import Painting
from .reading import PREVIEW, Source, read_pixels


def read_painting(source: Source) -> Painting:
    """All of the layer, in sRGB. Raises ImageReadError."""
    pixels = read_pixels(source.layer, source.box, PREVIEW)
    return Painting(source.width, source.height, partial(write_png, pixels=pixels))
