"""Filled holes into the image: as new layers, in place, or in place of earlier fills. One undo
step, and the selection stays as it is. As in results.py, nothing here waits for the backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from gi.repository import Gegl, Gimp

from ..plugin.hole_context import Box
from ..plugin.recipe import Recipe, Target, layer_name
from ..plugin.translations import tr
from ..protocol.errors import ImageWriteError, UsageError
from ..protocol.messages import Result
from .hole import Hole
from .parasite import attach_recipe, source_words
from .placing import check_writable, in_one_step, insert_above, rename, selection_as, write_pixels
from .presence import check_still_there
from .reading import Source
from .run_settings import Settings


def check_fill_target(sources: Sequence[Source], target: Target) -> None:
    """Raise a UsageError for what place_fills() could not do, before anything is computed."""
    for source in sources:
        if target == "in_place":
            check_writable(source.layer)
        elif target == "replace":
            _check_replaceable(source)


def place_fills(
    holes: Sequence[Hole], results: Sequence[Result], settings: Settings
) -> list[Gimp.Layer]:
    """Lay each hole's fill into the image; the layers that hold them. One undo step.
    check_fill_target() has been called. Raises ImageWriteError, or UsageError if the image or a
    layer is gone.
    """
    check_still_there([hole.source for hole in holes])
    pairs = zip(holes, results, strict=True)
    placings = [partial(_place_one, hole, result, settings) for hole, result in pairs]
    image = holes[0].source.image
    return in_one_step(image, placings, are_new=settings.recipe.target == "new_layer")


def _place_one(hole: Hole, result: Result, settings: Settings) -> Gimp.Layer:
    source = hole.source
    recipe = replace(settings.recipe, source=source_words(source.layer))
    encoding = hole.encoding
    if result.pixels.width != hole.context.width or result.pixels.height != hole.context.height:
        raise ImageWriteError(tr("The result has the wrong size; the image is unchanged."))
    data = hole.part(bytes(result.pixels.data), pixel_bytes=encoding.pixel_bytes)
    if recipe.target == "new_layer":
        layer = _new_layer(hole, data, recipe)
    elif recipe.target == "in_place" or source.into is None:
        layer = source.layer
        with selection_as(source.image, partial(_select_hole, hole)):
            _write_in_place(layer, hole, hole.box, data)
    else:
        layer = source.into
        _move_frame(layer, hole)
        with selection_as(source.image):
            whole = Box(0, 0, hole.box.width, hole.box.height)
            _write_in_place(layer, hole, whole, data)
        rename(layer, recipe)
    attach_recipe(layer, recipe)
    return layer


def _new_layer(hole: Hole, data: bytes, recipe: Recipe) -> Gimp.Layer:
    """The fill alone, of the hole's size, behind the source's own mask."""
    source, box = hole.source, hole.box
    is_gray = source.layer.is_gray()
    layer = Gimp.Layer.new(
        source.image,
        layer_name(recipe),
        box.width,
        box.height,
        Gimp.ImageType.GRAYA_IMAGE if is_gray else Gimp.ImageType.RGBA_IMAGE,
        100.0,
        source.image.get_default_new_layer_mode(),
    )
    if layer is None:
        raise ImageWriteError(tr("GIMP could make no new layer; the image is unchanged."))
    area = Box(0, 0, box.width, box.height)
    write_pixels(layer.get_buffer(), area, hole.encoding, data)
    insert_above(source, layer, x=source.x + box.x, y=source.y + box.y)
    own = source.layer.get_mask()
    if own is not None:
        shown = own.get_buffer().get(
            Gegl.Rectangle.new(*box), 1.0, "Y float", Gegl.AbyssPolicy.NONE
        )
        mask = layer.create_mask(Gimp.AddMaskType.WHITE)
        buffer = mask.get_buffer()
        buffer.set(Gegl.Rectangle.new(*area), "Y float", shown)
        buffer.flush()
        layer.add_mask(mask)
        layer.set_apply_mask(source.layer.get_apply_mask())
        layer.set_edit_mask(False)
    return layer


def _write_in_place(layer: Gimp.Layer, hole: Hole, box: Box, data: bytes) -> None:
    """box: of the layer. What else GIMP sees selected of it would become transparent."""
    shadow = layer.get_shadow_buffer()
    write_pixels(shadow, box, hole.encoding, data)
    layer.merge_shadow(True)  # through the selection, and undoable
    layer.free_shadow()
    layer.update(*box)


def _select_hole(hole: Hole) -> None:
    """Just what may change, so that not even the last bit of anything else does."""
    image, x, y = hole.source.image, hole.source.x + hole.box.x, hole.source.y + hole.box.y
    image.select_rectangle(Gimp.ChannelOps.REPLACE, x, y, hole.box.width, hole.box.height)
    shape = Gimp.Selection.save(image)
    buffer = shape.get_buffer()
    area = Gegl.Rectangle.new(x, y, hole.box.width, hole.box.height)
    buffer.set(area, "Y u8", hole.shape())
    buffer.flush()
    image.select_item(Gimp.ChannelOps.REPLACE, shape)
    image.remove_channel(shape)


def _move_frame(layer: Gimp.Layer, hole: Hole) -> None:
    """Make an earlier fill's layer as large as the hole is now, and lie where it does."""
    source, box = hole.source, hole.box
    _, x, y = layer.get_offsets()
    if not layer.resize(box.width, box.height, x - source.x - box.x, y - source.y - box.y):
        raise ImageWriteError(
            tr("GIMP did not resize '{layer}'. Let the result be a new layer.").format(
                layer=layer.get_name()
            )
        )


def _check_replaceable(source: Source) -> None:
    advice = tr("Let the result be a new layer.")
    if source.into is None:
        why = tr("'{layer}' is no fill whose own source is still in the image.")
        raise UsageError(f"{why.format(layer=source.name)} {advice}")
    check_writable(source.into)
    if not source.into.has_alpha() or source.into.get_lock_position():
        why = tr("'{layer}' has no alpha channel any more, or its position is locked.")
        raise UsageError(f"{why.format(layer=source.into.get_name())} {advice}")
