"""Filled holes into the image: as new layers, in place, or in place of earlier fills. One undo
step, and the selection stays as it is. As in placing.py, nothing here waits for the backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gi.repository import Gimp

from ..plugin.hole_context import Box
from ..plugin.recipe import Recipe, Target, layer_name
from ..plugin.translations import tr
from ..protocol.errors import ImageWriteError
from ..protocol.messages import Result
from .hole import Hole
from .placing import (
    add_mask,
    check_writable,
    in_one_step,
    new_layer,
    refused,
    rename,
    select_values,
    selection_as,
    write_in_place,
)
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
    pairs = zip(holes, results, strict=True)
    placings = [partial(_place_one, hole, result) for hole, result in pairs]
    return in_one_step([hole.source for hole in holes], placings, settings.recipe)


def _place_one(hole: Hole, result: Result, recipe: Recipe) -> Gimp.Layer:
    source, box, encoding = hole.source, hole.box, hole.encoding
    if result.pixels.width != hole.context.width or result.pixels.height != hole.context.height:
        raise ImageWriteError(tr("The result has the wrong size; the image is unchanged."))
    data = hole.part(bytes(result.pixels.data), pixel_bytes=encoding.pixel_bytes)
    if recipe.target == "new_layer":
        layer = new_layer(source, layer_name(recipe), box, encoding, data)
        add_mask(layer, source, box)
    elif recipe.target == "in_place" or source.into is None:
        layer = source.layer
        with selection_as(source.image, partial(_select_hole, hole)):
            write_in_place(layer, box, encoding, data)
    else:
        layer = source.into
        _move_frame(layer, hole)
        with selection_as(source.image):
            write_in_place(layer, Box(0, 0, box.width, box.height), encoding, data)
        rename(layer, recipe)
    return layer


def _select_hole(hole: Hole) -> None:
    """Just what may change, so that not even the last bit of anything else does."""
    box = Box(hole.source.x + hole.box.x, hole.source.y + hole.box.y, *hole.box[2:])
    hole.source.image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    select_values(hole.source.image, box, hole.shape())


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
    into = source.into
    if into is None:
        raise refused(
            tr("'{layer}' is no fill whose own source is still in the image."), source.layer
        )
    check_writable(into)
    if not into.has_alpha() or into.get_lock_position():
        raise refused(
            tr("'{layer}' has no alpha channel any more, or its position is locked."), into
        )
