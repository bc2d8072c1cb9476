"""A layer as the painting that a new style is learnt from."""

from __future__ import annotations

from functools import partial

from ..plugin.hole_context import Box
from ..plugin.new_style.png_file import write_png
from ..plugin.new_style.style_request import Painting
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .color_spaces import as_pixels
from .kinds import Document, LayerUse
from .preview.preview_reading import PREVIEW_SPACE
from .reading import read_bytes
from .time_slices import Steps


def read_painting(document: Document, use: LayerUse) -> Steps[Painting]:
    """Steps to what the canvas shows of the layer. Raises UsageError where that is nothing, and
    ImageReadError or ImageError where Krita does not give the pixels.
    """
    box = use.bounds.intersected(Box(0, 0, document.width(), document.height()))
    if box.is_empty:
        raise UsageError(
            tr("“{name}” lies outside of the picture. Select the layer of a painting.").format(
                name=use.name
            )
        )
    data = yield from read_bytes(use, box, PREVIEW_SPACE)
    pixels = as_pixels(PREVIEW_SPACE, (box.width, box.height), data)
    return Painting(box.width, box.height, partial(write_png, pixels=pixels))
