"""A layer's pixels and the selection as a request carries them, read without a trace.

Nothing here changes the document, its undo history or what is selected. A layer is read from a
duplicate that belongs to no picture: Krita shares the pixels until somebody paints, so that it
costs nothing, and painting meanwhile does not tear the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from krita import Selection

from ..plugin.byte_masks import is_empty, is_full
from ..plugin.hole_context import Box
from ..plugin.recipe import Target
from ..plugin.translations import tr
from ..protocol.errors import ImageReadError, UsageError
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels, packed_pixels
from .bands import bands, rows_at_once
from .color_conversion import band_rows, converter
from .color_spaces import ColorSpace, as_pixels, carrier
from .kinds import Document, LayerUse, Node, masks_of
from .time_slices import Steps


@dataclass(frozen=True)
class SelectionPart:
    """A selection as it was when the layer was read, cut to the box that was read.

    data: one byte for each pixel of box, 255 for selected. shape: a krita.Selection of its own, for
    a mask on the result.
    """

    box: Box
    data: bytes
    shape: Any


@dataclass(frozen=True)
class LayerPicture:
    """What was read. box: its place in the document. pixels: in the space `carried`, which is the
    layer's own unless the backend cannot read that. selection: None where all of box is to change.
    """

    box: Box
    space: ColorSpace
    carried: ColorSpace
    pixels: Pixels
    selection: SelectionPart | None


def read_layer(
    document: Document, use: LayerUse, *, box: Box | None = None, edited: Node | None = None
) -> Steps[LayerPicture]:
    """Steps to the layer's pixels in box (None: all of them), and the selection there.

    The layer may be smaller than the canvas or reach beyond it; of an animated one it is the frame
    that is shown. edited: an earlier result that is to be edited again: its transparency mask
    counts as the selection. Raises UsageError if nothing of box is selected, ImageReadError if
    Krita does not give the pixels.
    """
    box = box or use.bounds
    selection = _masked_part(edited, box) if edited else read_selection(document, use, box)
    carried = carrier(use.space)
    data = yield from read_bytes(use, box, carried)
    pixels = as_pixels(carried, (box.width, box.height), data)
    return LayerPicture(box, use.space, carried, pixels, selection)


def read_selection(document: Document, use: LayerUse, box: Box) -> SelectionPart | None:
    """The selection in box; None if there is none, or all of box is selected. As in Krita, a local
    selection of the layer comes before the document's. Raises UsageError if it has nothing of box.
    """
    shape = selection_of(document, use)
    if shape is None:
        return None
    data = bytes(shape.pixelData(*box))
    if is_full(data):
        return None
    if is_empty(data):
        raise UsageError(
            tr(
                "Nothing of “{name}” is selected. Select a part of it, or deselect all to stylize "
                "the whole layer."
            ).format(name=use.name)
        )
    return SelectionPart(box, data, shape)


def request_mask(picture: LayerPicture, target: Target, *, follows_selection: bool) -> Mask | None:
    """What the request says of the selection.

    Replaced and changed layers come back with every byte as it was where nothing is selected. A new
    layer is stylized as a whole and gets the selection as a transparency mask (see writing.py);
    with follows_selection the dials fade with the selection's softness in either case.
    """
    part = picture.selection
    if part is None:
        return None
    role: Literal["selection", "alpha_map", "both"]
    if target == "new_layer":
        if not follows_selection:
            return None
        role = "alpha_map"
    else:
        role = "both" if follows_selection else "selection"
    size = (part.box.width, part.box.height)
    pixels = packed_pixels(*size, part.data, layout="gray", depth="u8", alpha="none")
    return Mask(pixels, role)


def read_bytes(use: LayerUse, box: Box, carried: ColorSpace) -> Steps[bytearray]:
    """Steps to the layer's bytes in box, in the space `carried`. Raises ImageReadError, and
    ImageError where Krita cannot convert them.
    """
    data = bytearray()  # grows without being copied; made in full it would take long to clear
    node = still_node(use)
    if carried == use.space:
        for band in bands(box, rows_at_once(box.width, use.space.pixel_bytes)):
            data += memoryview(read_band(node, band, shows_only=use.shows_only, space=use.space))
            yield 0.0
        return data
    yield 0.0
    with converter(use.space, carried) as conversion:
        yield 0.0
        for band in bands(box, band_rows(box.width)):
            raw = read_band(node, band, shows_only=use.shows_only, space=use.space)
            data += conversion.converted(bytes(raw), (band.width, band.height))
            yield 0.0
    return data


def read_band(node: Node, band: Box, *, shows_only: bool, space: ColorSpace) -> Any:
    """The bytes of band, in a QByteArray. Raises ImageReadError."""
    data = node.projectionPixelData(*band) if shows_only else node.pixelData(*band)
    if len(data) != band.width * band.height * space.pixel_bytes:
        raise ImageReadError(
            f"Krita gave {len(data)} bytes for {band.width} x {band.height} pixels of "
            f"“{node.name()}”; save the picture, open it again and try once more"
        )
    return data


def still_node(use: LayerUse) -> Node:
    """What to read from: a duplicate that nobody paints on, or the layer itself where Krita would
    have to paint the duplicate first.
    """
    return use.node if use.shows_only else use.node.duplicate()


def _masked_part(node: Node, box: Box) -> SelectionPart | None:
    """What the topmost transparency mask of a result lets through, as the selection it once was."""
    for mask in reversed(masks_of(node)):
        if mask.type() == "transparencymask":
            data = bytes(mask.pixelData(*box))
            shape = Selection()
            shape.setPixelData(data, *box)
            return None if is_full(data) else SelectionPart(box, data, shape)
    return None


def selection_of(document: Document, use: LayerUse) -> Any | None:
    """The selection that counts for a layer, a krita.Selection of its own; None without one."""
    for child in reversed(use.node.childNodes()):
        if child.type() == "selectionmask" and child.visible():
            return child.selection().duplicate()
    shape = document.selection()
    if shape is None or not (shape.width() and shape.height()):
        return None
    return shape.duplicate()
