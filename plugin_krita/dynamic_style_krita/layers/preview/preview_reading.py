"""The part of a layer that is on the screen, small and in sRGB, for live previews.

Rows and columns are thinned first, as Krita's own thumbnails are, to twice the size that is asked
for; then the rest is scaled down smoothly. That costs milliseconds for any layer and colour space.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from ...plugin.byte_masks import every_nth, is_full
from ...plugin.hole_context import Box
from ...protocol.pixels import Pixels, packed_pixels
from ...qt import Qt, QtCore, QtGui
from ..color_conversion import converter
from ..color_spaces import SRGB_PROFILE, ColorSpace, as_pixels
from ..kinds import Document, LayerUse
from ..reading import read_band, selection_of, still_node
from ..time_slices import Steps

PREVIEW_SPACE = ColorSpace("RGBA", "U8", SRGB_PROFILE)
_BGRA = QtGui.QImage.Format.Format_ARGB32
_GRAY = QtGui.QImage.Format.Format_Grayscale8
_DIGEST_PX = 48
_OVERSAMPLING = 2
_ROWS_AT_ONCE = 16


@dataclass(frozen=True)
class PreviewPicture:
    """region: what of the document it shows. pixels: BGRA, u8, sRGB, straight alpha."""

    region: Box
    pixels: Pixels


def read_preview(
    document: Document, use: LayerUse, region: Box, size: tuple[int, int]
) -> Steps[PreviewPicture]:
    """Steps to region, scaled down to size (width, height). region must lie in use.bounds.

    Raises ImageReadError if Krita does not give the pixels.
    """
    step = max(1, region.width // (size[0] * _OVERSAMPLING))
    rows = range(region.y, region.y + region.height, step)
    thinned = bytearray()
    node = still_node(use)
    for index, y in enumerate(rows):
        row = Box(region.x, y, region.width, 1)
        data = read_band(node, row, shows_only=use.shows_only, space=use.space)
        thinned += every_nth(memoryview(data), step, pixel_bytes=use.space.pixel_bytes)
        if index % _ROWS_AT_ONCE == 0:
            yield 0.0
    small = (-(-region.width // step), len(rows))
    if use.space != PREVIEW_SPACE:
        yield 0.0
        with converter(use.space, PREVIEW_SPACE) as conversion:
            yield 0.0
            thinned = bytearray(conversion.converted(bytes(thinned), small))
    yield 0.0
    pixels = as_pixels(PREVIEW_SPACE, size, _scaled(_BGRA, thinned, small, size))
    return PreviewPicture(region, pixels)


def scaled_down(picture: PreviewPicture, size: tuple[int, int]) -> PreviewPicture:
    """The same in this size (width, height), which is not larger."""
    pixels = picture.pixels
    if (pixels.width, pixels.height) == size:
        return picture
    data = _scaled(_BGRA, bytes(pixels.data), (pixels.width, pixels.height), size)
    return PreviewPicture(picture.region, as_pixels(PREVIEW_SPACE, size, data))


def read_preview_selection(
    document: Document, use: LayerUse, picture: PreviewPicture
) -> Pixels | None:
    """What is selected of a picture, gray and as large; None where all of it is to change."""
    shape = selection_of(document, use)
    if shape is None:
        return None
    region, pixels = picture.region, picture.pixels
    data = bytes(shape.pixelData(*region))
    if is_full(data):
        return None
    size = (pixels.width, pixels.height)
    gray = _scaled(_GRAY, data, (region.width, region.height), size)
    return packed_pixels(*size, gray, layout="gray", depth="u8", alpha="none")


def digest_of(use: LayerUse) -> int:
    """Changes with what is painted; of a thumbnail, so not with every last pixel."""
    image = use.node.thumbnail(_DIGEST_PX, _DIGEST_PX).convertToFormat(_BGRA)
    return zlib.crc32(_bytes_of(image, 4)) if image.width() else 0


def laid_over(below: PreviewPicture, above: PreviewPicture) -> Pixels:
    """The picture below, with a part of it as the one above shows it."""
    image = preview_image(below.pixels)
    scale_x = below.pixels.width / below.region.width
    scale_y = below.pixels.height / below.region.height
    place = QtCore.QRectF(
        (above.region.x - below.region.x) * scale_x,
        (above.region.y - below.region.y) * scale_y,
        above.region.width * scale_x,
        above.region.height * scale_y,
    )
    painter = QtGui.QPainter(image)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, preview_image(above.pixels))
    painter.end()
    return below.pixels.with_data(_bytes_of(image, 4))


def preview_image(pixels: Pixels) -> Any:
    """A QImage of BGRA u8 pixels, which owns its bytes."""
    image = QtGui.QImage(bytes(pixels.data), pixels.width, pixels.height, pixels.stride, _BGRA)
    return image.copy()


def _scaled(
    image_format: Any, data: bytes | bytearray, size: tuple[int, int], wanted: tuple[int, int]
) -> bytes:
    """Rows of (width, height) without gaps, smoothly scaled."""
    if size == wanted:
        return bytes(data)
    pixel_bytes = len(data) // (size[0] * size[1])
    image = QtGui.QImage(bytes(data), *size, size[0] * pixel_bytes, image_format).scaled(
        *wanted,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return _bytes_of(image.convertToFormat(image_format), pixel_bytes)


def _bytes_of(image: Any, pixel_bytes: int) -> bytes:
    """Its rows without the gaps that Qt leaves between them."""
    stride, row_bytes = image.bytesPerLine(), image.width() * pixel_bytes
    bits = image.constBits()
    bits.setsize(image.height() * stride)
    rows = bytes(bits)
    if stride == row_bytes:
        return rows
    return b"".join(rows[start : start + row_bytes] for start in range(0, len(rows), stride))
