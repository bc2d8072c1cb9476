"""Results into the image: as new layers or in place, in one undo step, through the selection.

Nothing here waits for the backend. GIMP's own Cancel kills a plug-in outright, and what it leaves
half done inside an undo group stays so; therefore all is computed before place() is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from gi.repository import Gegl, Gimp

from ..plugin.hole_context import Box
from ..plugin.recipe import Recipe, Target, layer_name
from ..plugin.translations import tr
from ..protocol.errors import ImageWriteError, UsageError
from ..protocol.messages import Result
from .parasite import attach_recipe, recipe_of, source_words
from .presence import check_still_there
from .reading import Encoding, Source, hardened
from .run_settings import SelectionMode, Settings


def check_target(sources: Sequence[Source], target: Target, mode: SelectionMode) -> None:
    """Raise a UsageError for what place() could not do, before anything is computed."""
    for source in sources:
        if target == "replace":
            _check_replaceable(source)
        elif mode != "ignore" and not source.is_selected:
            raise UsageError(
                tr("The selection does not touch the layer '{layer}'.").format(layer=source.name)
            )
        elif target == "in_place":
            check_writable(source.layer)
            _check_half_selected(source, mode)


def place(
    sources: Sequence[Source], results: Sequence[Result], settings: Settings
) -> list[Gimp.Layer]:
    """Lay each source's result into the image; the layers that hold them. One undo step.
    check_target() has been called. Raises ImageWriteError, or UsageError if the image or a layer is
    gone.
    """
    check_still_there(sources)
    pairs = zip(sources, results, strict=True)
    placings = [partial(_place_one, source, result, settings) for source, result in pairs]
    return in_one_step(sources[0].image, placings, are_new=settings.recipe.target == "new_layer")


def in_one_step(
    image: Gimp.Image, placings: Sequence[Callable[[], Gimp.Layer]], *, are_new: bool
) -> list[Gimp.Layer]:
    """Call all of placings in one undo step; the layers that they return. are_new: these layers are
    selected then, and taken back if a later one fails.
    """
    layers: list[Gimp.Layer] = []
    image.undo_group_start()
    try:
        for placing in placings:
            layers.append(placing())
    except BaseException:
        for layer in layers if are_new else ():
            image.remove_layer(layer)
        raise
    finally:
        image.undo_group_end()
    if are_new:
        image.set_selected_layers(layers)
    Gimp.displays_flush()
    return layers


def insert_above(source: Source, layer: Gimp.Layer, *, x: int, y: int) -> None:
    """Put a new layer above the source, or above what it was made of the source before. x, y: where
    in the image. Raises ImageWriteError; then the layer is gone.
    """
    image, below = source.image, source.into or source.layer
    if not image.insert_layer(layer, below.get_parent(), image.get_item_position(below)):
        layer.delete()
        raise ImageWriteError(
            tr("GIMP took no layer above '{layer}'; is its group locked?").format(
                layer=below.get_name()
            )
        )
    layer.set_offsets(x, y)


def write_pixels(buffer: Gegl.Buffer, box: Box, encoding: Encoding, data: bytes) -> None:
    """All pixels of a box. GEGL writes nothing, silently, if their number is wrong. Raises
    ImageWriteError.
    """
    if len(data) != box.width * box.height * encoding.pixel_bytes:
        raise ImageWriteError(tr("The result has the wrong size; the image is unchanged."))
    buffer.set(Gegl.Rectangle.new(*box), encoding.name, data)
    buffer.flush()


@contextmanager
def selection_as(image: Gimp.Image, select: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let GIMP see nothing selected but what `select` selects, and put the selection back."""
    kept = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    try:
        select()
        yield
    finally:
        image.select_item(Gimp.ChannelOps.REPLACE, kept)
        image.remove_channel(kept)


def rename(layer: Gimp.Layer, recipe: Recipe) -> None:
    """Name it after the new recipe, unless the user has given it a name."""
    before = recipe_of(layer)
    if before is not None and layer.get_name() == layer_name(before):
        layer.set_name(layer_name(recipe))


def check_writable(layer: Gimp.Layer) -> None:
    """Raise a UsageError for a layer whose pixels cannot be changed."""
    why = None
    if layer.is_group():
        why = tr("'{layer}' is a layer group, whose pixels are its layers'.")
    elif layer.is_text_layer():
        why = tr("'{layer}' is a text layer, whose pixels are made from its text.")
    elif getattr(layer, "is_link_layer", bool)():  # from GIMP 3.2 on, as are vector layers
        why = tr("'{layer}' is a link layer, whose pixels are another file's.")
    elif getattr(layer, "is_vector_layer", bool)():
        why = tr("'{layer}' is a vector layer, whose pixels are made from its path.")
    elif layer.get_lock_content():
        why = tr("The pixels of '{layer}' are locked.")
    if why is not None:
        advice = tr("Let the result be a new layer.")
        raise UsageError(f"{why.format(layer=layer.get_name())} {advice}")


def _place_one(source: Source, result: Result, settings: Settings) -> Gimp.Layer:
    recipe = replace(settings.recipe, source=source_words(source.layer))
    data = bytes(result.pixels.data)
    if recipe.target == "new_layer":
        layer = _new_layer(source, data, recipe, settings.selection)
    elif recipe.target == "in_place" or source.into is None:
        layer = source.layer
        with _selection_in_mode(source.image, settings.selection):
            _write_in_place(layer, source, data)
    else:
        layer = source.into
        with _selection_in_mode(source.image, "ignore"):
            _write_in_place(layer, source, data)
        rename(layer, recipe)
    attach_recipe(layer, recipe)
    return layer


def _new_layer(source: Source, data: bytes, recipe: Recipe, mode: SelectionMode) -> Gimp.Layer:
    """A layer right above the source, masked by the selection and by the source's own mask."""
    layer = Gimp.Layer.new(
        source.image,
        layer_name(recipe),
        source.width,
        source.height,
        _layer_type(source),
        100.0,
        source.image.get_default_new_layer_mode(),
    )
    if layer is None:
        raise ImageWriteError(tr("GIMP could make no new layer; the image is unchanged."))
    write_pixels(layer.get_buffer(), source.box, source.encoding, data)
    insert_above(source, layer, x=source.x, y=source.y)
    _mask(layer, source, mode)
    return layer


def _mask(layer: Gimp.Layer, source: Source, mode: SelectionMode) -> None:
    """Give the new layer the source's mask, and no more of it than the selection says."""
    selection = source.selection(mode)
    own = source.layer.get_mask()
    if selection is None and own is None:
        return
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    area = Gegl.Rectangle.new(0, 0, source.width, source.height)
    buffer = mask.get_buffer()
    if own is None and selection is not None:
        buffer.set(area, "Y u8", bytes(selection.data))
    elif selection is None:
        data = own.get_buffer().get(area, 1.0, "Y float", Gegl.AbyssPolicy.NONE)
        buffer.set(area, "Y float", data)
    else:
        shown = own.get_buffer().get(area, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
        pairs = zip(shown, bytes(selection.data), strict=True)
        buffer.set(area, "Y u8", bytes(a * b // 255 for a, b in pairs))
    buffer.flush()
    layer.add_mask(mask)
    if selection is None:
        layer.set_apply_mask(source.layer.get_apply_mask())
    layer.set_edit_mask(False)  # who paints next wants to paint on the picture


def _write_in_place(layer: Gimp.Layer, source: Source, data: bytes) -> None:
    shadow = layer.get_shadow_buffer()
    write_pixels(shadow, source.box, source.encoding, data)
    layer.merge_shadow(True)  # through the selection, and undoable
    layer.free_shadow()
    layer.update(0, 0, source.width, source.height)


def _hard_selection(image: Gimp.Image, values: bytes) -> None:
    """Select what these values of a selection (gray u8, of the image's size) are by half or more;
    Gimp.Selection.sharpen() would take a fifth for enough.
    """
    # not read from a channel: it has the selection's bytes, yet takes them as perceptual
    hard = Gimp.Selection.save(image)
    buffer = hard.get_buffer()
    area = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
    buffer.set(area, "Y u8", hardened(values))
    buffer.flush()
    image.select_item(Gimp.ChannelOps.REPLACE, hard)
    image.remove_channel(hard)


@contextmanager
def _selection_in_mode(image: Gimp.Image, mode: SelectionMode) -> Iterator[None]:
    """Let GIMP see the selection as the mode says, and put it back."""
    if mode == "soft" or Gimp.Selection.is_empty(image):
        yield
    elif mode == "ignore":
        with selection_as(image):
            yield
    else:
        area = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
        selected = image.get_selection().get_buffer()
        values = selected.get(area, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
        with selection_as(image, partial(_hard_selection, image, values)):
            yield


def _check_half_selected(source: Source, mode: SelectionMode) -> None:
    """A hard selection of nothing would be none to GIMP, and none means all."""
    selected = source.selection(mode) if mode == "hard" else None
    if selected is not None and 255 not in bytes(selected.data):
        raise UsageError(
            tr(
                "Nothing of the layer '{layer}' is selected by half or more, so a hard edge leaves "
                "nothing. Let the selection be soft, or select more."
            ).format(layer=source.name)
        )


def _check_replaceable(source: Source) -> None:
    advice = tr("Let the result be a new layer.")
    if source.into is None:
        why = tr("'{layer}' is no result whose own source is still in the image.")
        raise UsageError(f"{why.format(layer=source.name)} {advice}")
    into = source.into
    if (into.get_width(), into.get_height()) != (source.width, source.height):
        why = tr("'{layer}' no longer has the size of the layer that it was made from.")
        raise UsageError(f"{why.format(layer=into.get_name())} {advice}")
    check_writable(into)


def _layer_type(source: Source) -> Gimp.ImageType:
    gray, alpha = source.layer.is_gray(), source.layer.has_alpha()
    if gray:
        return Gimp.ImageType.GRAYA_IMAGE if alpha else Gimp.ImageType.GRAY_IMAGE
    return Gimp.ImageType.RGBA_IMAGE if alpha else Gimp.ImageType.RGB_IMAGE
