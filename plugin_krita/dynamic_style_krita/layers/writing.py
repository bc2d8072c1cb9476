"""A result into the document, as exactly one undo step.

Krita's setPixelData is no undo step, and on a layer with a history it even confuses that history.
So pixels are only ever written to a layer that is new, which is undone as a whole:

- "new_layer": the layer is filled before it is added, so that adding it is the one step. It has
  the pixels of everything that was read, and a selection becomes a transparency mask on it: what
  was not selected shows through untouched, the layer can be moved, hidden, and blended like any
  other, and the artist can still paint on the mask where the result should begin and end.
- "replace" and "in_place": Krita's own Convert to Paint Layer exchanges a layer for a copy of it,
  in one step, a plain paint layer too. The copy is the layer that gets the result; undo brings
  back the original object with its history, redo the copy with the result. The two differ in the
  name. The backend has returned every byte outside the selection as it was.

Attaching masks by setChildNodes is no undo step either, so they come and go with their layer.
"""

from __future__ import annotations

import time
from dataclasses import replace

from krita import Krita

from ..plugin.byte_masks import changed, chosen
from ..plugin.hole_context import Box
from ..plugin.recipe import Recipe, layer_name
from ..plugin.tasks.table import task_of
from ..plugin.translations import tr
from ..protocol.errors import ImageWriteError, UsageError
from ..protocol.pixels import Pixels
from ..qt import Qt, QtWidgets
from .bands import bands, rows_at_once
from .color_conversion import band_rows, converter
from .color_spaces import ColorSpace
from .kinds import Document, LayerUse, Node, all_nodes, layer_use, masks_of, node_id, space_of
from .open_pictures import is_open, is_same
from .reading import LayerPicture, SelectionPart
from .recipe_annotation import remember, source_of
from .time_slices import Steps

MASK_NAME = "Selection"
_CONVERT = "convert_to_paint_layer"
_UNDO = "edit_undo"
_ACTIVATING_S = 3.0  # Krita needs a few rounds of its event loop
_ANNOUNCING_S = 1.0
_CONVERTING_S = 60.0  # a large group is merged first
_LOOK_S = 0.02


def write_result(
    document: Document,
    use: LayerUse,
    picture: LayerPicture,
    result: Pixels,
    recipe: Recipe,
    *,
    over: Node | None = None,
    above: Node | None = None,
) -> Steps[Node]:
    """Steps to the layer that holds the result, placed as recipe.target says and remembered with
    its recipe. over: an earlier result, which this one replaces, whatever the target: Edit again.
    above: a layer that is there, below a new one; None: the source.

    Raises UsageError where the user has to do something first (then it can be called again, with
    the same result), ImageWriteError where Krita refuses. The document is as it was after either.
    """
    _check_size(picture, result)
    target = recipe.target if over is None else "replace"
    replaced = use if over is None else layer_use(document, over)
    if target != "new_layer":
        replaced.check(target)
    yield from hands_off()
    check_there(document, replaced)
    recipe = replace(recipe, source=source_of(use))
    if target == "new_layer":
        node = document.createNode(layer_name(recipe), "paintlayer")
        yield from _fill_new(document, node, picture, result)
        check_there(document, use)
        add_above(node, above if is_there(document, above) else use.node)
    else:
        name = use.name if target == "in_place" else layer_name(recipe)
        # merging takes the masks off the old layer, so that they are copied before
        masks = [mask.duplicate() for mask in masks_of(over)] if over is not None else []
        node = yield from _exchanged(document, replaced)
        try:
            is_part = task_of(recipe.task).fills_selection and target == "in_place"
            yield from _fill_exchanged(
                node, replaced, picture, result, name=name, masks=masks, is_part=is_part
            )
        except BaseException:  # being cancelled is one
            if is_open(document):
                document.waitForDone()  # while Krita computes, it does not undo, and says nothing
                Krita.instance().action(_UNDO).trigger()
            raise
        document.refreshProjection()
    remember(document, node, recipe)
    yield from select_result(document, node)
    return node


def _fill_new(document: Document, node: Node, picture: LayerPicture, result: Pixels) -> Steps[None]:
    yield from write_pixels(node, picture, result, keeps_unselected=False)
    if picture.selection is not None:
        node.setChildNodes([transparency_mask(document, picture.selection)])
    yield from hands_off()


def add_above(node: Node, above: Node) -> None:
    """Put a new layer above another one, as one undo step. Raises ImageWriteError."""
    if not above.parentNode().addChildNode(node, above):
        raise ImageWriteError(f"Krita did not add the layer “{node.name()}”; try once more")


def _exchanged(document: Document, use: LayerUse) -> Steps[Node]:
    """Have Krita exchange the layer for a paint layer in its place; return that."""
    if not is_same(Krita.instance().activeDocument(), document):
        raise UsageError(
            tr(
                "The result goes into a layer of another picture. Switch to that picture and apply "
                "again, or choose a new layer."
            )
        )
    parent = use.node.parentNode()
    known = {node_id(child) for child in parent.childNodes()}
    yield from _activate(document, use.node)
    action = Krita.instance().action(_CONVERT)
    was_enabled = action.isEnabled()
    action.setEnabled(True)  # Krita offers it for other kinds of layers, and does it for all
    action.trigger()
    action.setEnabled(was_enabled)
    deadline = time.monotonic() + _CONVERTING_S
    while time.monotonic() < deadline:
        children = {node_id(child): child for child in parent.childNodes()}
        new = [child for key, child in children.items() if key not in known]
        if new and node_id(use.node) not in children:
            return new[0]
        yield _LOOK_S
    raise ImageWriteError(
        f"Krita did not replace the layer “{use.name}”; choose a new layer for the result"
    )


def _activate(document: Document, node: Node) -> Steps[None]:
    """Select a layer and wait until Krita has done so."""
    document.setActiveNode(node)
    deadline = time.monotonic() + _ACTIVATING_S
    while time.monotonic() < deadline:
        yield _LOOK_S
        active = document.activeNode()
        if active is not None and node_id(active) == node_id(node):
            return
    raise ImageWriteError(
        f"Krita did not select the layer “{node.name()}”; select it yourself and apply again"
    )


def select_result(document: Document, node: Node) -> Steps[None]:
    """Select the result once Krita has announced it. Krita selects what was added last, which may
    be a mask on it; asked any sooner, it knows no such layer yet.
    """
    ours = {node_id(one) for one in (node, *masks_of(node))}
    active = None
    deadline = time.monotonic() + _ANNOUNCING_S
    while time.monotonic() < deadline:
        yield _LOOK_S
        active = document.activeNode()
        if active is not None and node_id(active) in ours:
            break
    if active is not None and node_id(active) != node_id(node):
        document.setActiveNode(node)


def _fill_exchanged(
    node: Node,
    replaced: LayerUse,
    picture: LayerPicture,
    result: Pixels,
    *,
    name: str,
    masks: list[Node],
    is_part: bool,
) -> Steps[None]:
    """Give the layer that has come in another's place the result, and what Krita did not copy.
    is_part: the result is of a part of the layer, whose other pixels stay.
    """
    old = replaced.node
    node.setName(name)
    node.setOpacity(old.opacity())  # merging a group or masks has put it into the pixels
    node.setColorLabel(old.colorLabel())
    node.setAlphaLocked(old.alphaLocked())
    node.setInheritAlpha(old.inheritAlpha())
    node.setPinnedToTimeline(old.isPinnedToTimeline())
    node.setVisible(old.visible())
    yield 0.0
    if masks:
        node.setChildNodes(masks)
    if not is_part:
        yield from _clear_around(node, picture.box)
    keeps = picture.selection is not None and not masks
    yield from write_pixels(node, picture, result, keeps_unselected=keeps, keeps_unchanged=is_part)


def write_pixels(
    node: Node,
    picture: LayerPicture,
    result: Pixels,
    *,
    keeps_unselected: bool,
    keeps_unchanged: bool = False,
) -> Steps[None]:
    """Write the result's pixels band by band, converted to the node's space where it is another.

    keeps_unselected: leave what is not selected as it is, byte for byte; where nothing is converted
    the backend has seen to that. keeps_unchanged: likewise what the result has left as it was sent.
    """
    space, box = space_of(node), picture.box
    data = memoryview(result.data).cast("B")
    row_bytes = box.width * picture.carried.pixel_bytes
    if space == picture.carried:
        for band in bands(box, rows_at_once(box.width, space.pixel_bytes)):
            start = (band.y - box.y) * row_bytes
            _put(node, bytes(data[start : start + band.height * row_bytes]), band, space)
            yield 0.0
        return
    with converter(picture.carried, space) as conversion:
        yield 0.0
        for band in bands(box, band_rows(box.width)):
            start = (band.y - box.y) * row_bytes
            raw = bytes(data[start : start + band.height * row_bytes])
            new = conversion.converted(raw, (band.width, band.height))
            yield 0.0
            mask = None
            if keeps_unselected and picture.selection is not None:
                first = (band.y - box.y) * box.width
                mask = picture.selection.data[first : first + band.height * box.width]
            elif keeps_unchanged:
                sent = memoryview(picture.pixels.data).cast("B")[start : start + len(raw)]
                mask = changed(sent, raw, pixel_bytes=picture.carried.pixel_bytes)
            if mask is not None:
                old = bytes(node.pixelData(*band))
                new = chosen(old, new, mask, pixel_bytes=space.pixel_bytes)
            _put(node, new, band, space)
            yield 0.0


def _put(node: Node, data: bytes, band: Box, space: ColorSpace) -> None:
    """Krita 5.2 says nothing when it writes nothing, so the length is checked here."""
    is_whole = len(data) == band.width * band.height * space.pixel_bytes
    if not is_whole or node.setPixelData(data, *band) is False:
        raise ImageWriteError(
            f"Krita did not take the pixels for “{node.name()}”; choose a new layer for the result"
        )


def _clear_around(node: Node, box: Box) -> Steps[None]:
    """Make a layer transparent whose pixels reach beyond what will be written."""
    rect = node.bounds()
    bounds = Box(rect.x(), rect.y(), rect.width(), rect.height())
    if bounds.is_empty or bounds.intersected(box) == bounds:
        return
    space = space_of(node)
    for band in bands(bounds, rows_at_once(bounds.width, space.pixel_bytes)):
        _put(node, bytes(band.width * band.height * space.pixel_bytes), band, space)
        yield 0.0


def transparency_mask(document: Document, part: SelectionPart) -> Node:
    """A selection as a mask that belongs to no layer yet."""
    mask = document.createTransparencyMask(MASK_NAME)
    mask.setSelection(part.shape.duplicate())
    return mask


def hands_off() -> Steps[None]:
    """Wait while a mouse button or the pen is down: Krita must not be asked in the middle of a
    brush stroke.
    """
    while QtWidgets.QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        yield _LOOK_S


def _check_size(picture: LayerPicture, result: Pixels) -> None:
    if not result.has_format_of(picture.pixels):
        raise ImageWriteError(
            "the result is not described as the layer that was read; update the backend"
        )


def check_there(document: Document, use: LayerUse) -> None:
    """Krita would crash on a layer of a closed picture. Raises UsageError."""
    if not is_open(document):
        raise UsageError(tr("The picture has been closed. Open it and stylize it anew."))
    if not is_there(document, use.node):
        raise UsageError(
            tr("The layer “{name}” is no longer there. Undo its removal and apply again.").format(
                name=use.name
            )
        )


def is_there(document: Document, node: Node | None) -> bool:
    """Whether the picture has that layer."""
    wanted = None if node is None else node_id(node)
    return any(node_id(one) == wanted for one in all_nodes(document))
