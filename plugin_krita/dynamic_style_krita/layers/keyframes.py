"""The frames of a layer: where they are, and their pixels, read without moving the picture's time.

Going to another time would be an undo step of the picture's and would repaint all of it, so nothing
here does. What Krita gives of other times are the layer's own pixels: what groups, vector layers
and the like show at those times cannot be had.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..plugin.hole_context import Box
from ..plugin.translations import tr
from ..protocol.errors import ImageReadError, UsageError
from .bands import bands, rows_at_once
from .color_conversion import band_rows, converter
from .color_spaces import ColorSpace, as_pixels, carrier
from .kinds import Document, LayerUse, Node, layer_of, space_of
from .reading import LayerPicture, SelectionPart
from .time_slices import Steps

MOST_FRAMES = 10_000  # seven minutes at 24 a second


@dataclass(frozen=True)
class FrameSource:
    """A layer to read frames from. use: the layer; its bounds are the canvas, the same for every
    frame. times: of its keyframes, rising; of a layer without any, 0 alone.
    """

    use: LayerUse
    times: tuple[int, ...]
    is_animated: bool


def frame_source(document: Document | None, node: Node | None, last: int) -> FrameSource:
    """last: the last time that is looked at. Raises UsageError with what to do instead."""
    if document is None:
        raise UsageError(tr("No picture is open. Open one, or make a new one."))
    if node is None:
        raise UsageError(tr("No layer is selected. Select the layer to stylize."))
    node = layer_of(node)
    if node.parentNode() is None or node.type() != "paintlayer":
        raise UsageError(
            tr(
                "“{name}” has no frames of its own. Select a paint layer; Krita makes one of a "
                "group by Layer ▸ Convert ▸ to Animated Layer."
            ).format(name=node.name())
        )
    canvas = Box(0, 0, document.width(), document.height())
    use = LayerUse(node, canvas, space_of(node), shows_only=False, refused={}, notes=())
    if not node.animated():
        return FrameSource(use, (0,), is_animated=False)
    times = tuple(time for time in range(last + 1) if node.hasKeyframeAtTime(time))
    return FrameSource(use, times, is_animated=True)


def read_frame(
    node: Node, time: int | None, use: LayerUse, selection: SelectionPart | None
) -> Steps[LayerPicture]:
    """Steps to the pixels of a keyframe on the whole canvas. node: a duplicate of the layer, on
    which nobody paints. time: None for a layer without keyframes. Raises ImageReadError, and
    ImageError where Krita cannot convert them.
    """
    box, space, carried = use.bounds, use.space, carrier(use.space)
    data = bytearray()
    if carried == space:
        for band in bands(box, rows_at_once(box.width, space.pixel_bytes)):
            data += memoryview(_band(node, time, band, space))
            yield 0.0
    else:
        with converter(space, carried) as conversion:
            yield 0.0
            for band in bands(box, band_rows(box.width)):
                raw = bytes(_band(node, time, band, space))
                data += conversion.converted(raw, (band.width, band.height))
                yield 0.0
    pixels = as_pixels(carried, (box.width, box.height), data)
    return LayerPicture(box, space, carried, pixels, selection)


def _band(node: Node, time: int | None, band: Box, space: ColorSpace) -> bytes:
    data = node.pixelData(*band) if time is None else node.pixelDataAtTime(*band, time)
    if len(data) != band.width * band.height * space.pixel_bytes:
        raise ImageReadError(
            f"Krita gave {len(data)} bytes for {band.width} x {band.height} pixels of "
            f"“{node.name()}” at frame {time}; save the picture, open it again and try once more"
        )
    return bytes(data)
