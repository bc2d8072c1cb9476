"""Results into the image: as new layers or in place, in one undo step, through the selection.

Nothing here waits for the backend. GIMP's own Cancel kills a plug-in outright, and what it leaves
half done inside an undo group stays so; therefore all is computed before place() is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gi.repository import Gegl, Gimp

from .drawables import Source, hardened
from .panel.recipe import Recipe, layer_name
from .panel.texts import tr
from .parasite import attach_recipe, recipe_of, source_words
from .protocol.errors import ImageWriteError, UsageError
from .protocol.messages import Result
from .settings import SelectionMode, Settings


def check_target(sources: Sequence[Source], settings: Settings) -> None:
    """Raise a UsageError for what place() could not do, before anything is computed."""
    for source in sources:
        target = settings.recipe.target
        if target == "replace":
            _check_replaceable(source)
        elif settings.selection != "ignore" and not source.is_selected:
            raise UsageError(
                tr("The selection does not touch the layer '{layer}'.").format(layer=source.name)
            )
        elif target == "in_place":
            _check_writable(source.layer)


def place(
    sources: Sequence[Source], results: Sequence[Result], settings: Settings
) -> list[Gimp.Layer]:
    """Lay each source's result into the image; the layers that hold them. One undo step.
    check_target() has been called. Raises ImageWriteError.
    """
    image, layers = sources[0].image, []
    image.undo_group_start()
    try:
        for source, result in zip(sources, results, strict=True):
            layers.append(_place_one(source, result, settings))
    except BaseException:
        if settings.recipe.target == "new_layer":
            for layer in layers:
                image.remove_layer(layer)
        raise
    finally:
        image.undo_group_end()
    if settings.recipe.target == "new_layer":
        image.set_selected_layers(layers)
    Gimp.displays_flush()
    return layers


def _place_one(source: Source, result: Result, settings: Settings) -> Gimp.Layer:
    recipe = replace(settings.recipe, source=source_words(source.layer))
    data = bytes(result.pixels.data)
    if recipe.target == "new_layer":
        layer = _new_layer(source, data, recipe, settings.selection)
    elif recipe.target == "in_place" or source.into is None:
        layer = source.layer
        with _selection_as(source.image, settings.selection):
            _write_in_place(layer, source, data)
    else:
        layer = source.into
        with _selection_as(source.image, "ignore"):
            _write_in_place(layer, source, data)
        _rename(layer, recipe)
    attach_recipe(layer, recipe)
    return layer


def _new_layer(source: Source, data: bytes, recipe: Recipe, mode: SelectionMode) -> Gimp.Layer:
    """A layer right above the source, masked by the selection and by the source's own mask."""
    image, below = source.image, source.into or source.layer
    layer = Gimp.Layer.new(
        image,
        layer_name(recipe),
        source.width,
        source.height,
        _layer_type(source),
        100.0,
        image.get_default_new_layer_mode(),
    )
    if layer is None:
        raise ImageWriteError(tr("GIMP could make no new layer; the image is unchanged."))
    _write(layer.get_buffer(), source, data)
    if not image.insert_layer(layer, below.get_parent(), image.get_item_position(below)):
        layer.delete()
        raise ImageWriteError(
            tr("GIMP took no layer above '{layer}'; is its group locked?").format(
                layer=below.get_name()
            )
        )
    layer.set_offsets(source.x, source.y)
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


def _rename(layer: Gimp.Layer, recipe: Recipe) -> None:
    """Name it after the new recipe, unless the user has given it a name."""
    before = recipe_of(layer)
    if before is not None and layer.get_name() == layer_name(before):
        layer.set_name(layer_name(recipe))


def _write_in_place(layer: Gimp.Layer, source: Source, data: bytes) -> None:
    shadow = layer.get_shadow_buffer()
    _write(shadow, source, data)
    layer.merge_shadow(True)  # through the selection, and undoable
    layer.free_shadow()
    layer.update(0, 0, source.width, source.height)


def _write(buffer: Gegl.Buffer, source: Source, data: bytes) -> None:
    """All of a layer's pixels. GEGL writes nothing, silently, if their number is wrong."""
    if len(data) != source.width * source.height * source.encoding.pixel_bytes:
        raise ImageWriteError(tr("The result has the wrong size; the image is unchanged."))
    area = Gegl.Rectangle.new(0, 0, source.width, source.height)
    buffer.set(area, source.encoding.name, data)
    buffer.flush()


@contextmanager
def _selection_as(image: Gimp.Image, mode: SelectionMode) -> Iterator[None]:
    """Let GIMP see the selection as the mode says, and put it back."""
    if mode == "soft" or Gimp.Selection.is_empty(image):
        yield
        return
    kept = Gimp.Selection.save(image)
    if mode == "hard":
        # Gimp.Selection.sharpen() would take a fifth for enough, not a half
        area = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
        selected = image.get_selection().get_buffer()
        values = selected.get(area, 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
        # not read from the channel: it has the selection's bytes, yet takes them as perceptual
        hard = Gimp.Selection.save(image)
        buffer = hard.get_buffer()
        buffer.set(area, "Y u8", hardened(values))
        buffer.flush()
        image.select_item(Gimp.ChannelOps.REPLACE, hard)
        image.remove_channel(hard)
    else:
        Gimp.Selection.none(image)
    try:
        yield
    finally:
        image.select_item(Gimp.ChannelOps.REPLACE, kept)
        image.remove_channel(kept)


def _check_replaceable(source: Source) -> None:
    advice = tr("Let the result be a new layer.")
    if source.into is None:
        why = tr("'{layer}' is no result whose own source is still in the image.")
        raise UsageError(f"{why.format(layer=source.name)} {advice}")
    into = source.into
    if (into.get_width(), into.get_height()) != (source.width, source.height):
        why = tr("'{layer}' no longer has the size of the layer that it was made from.")
        raise UsageError(f"{why.format(layer=into.get_name())} {advice}")
    _check_writable(into)


def _check_writable(layer: Gimp.Layer) -> None:
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


def _layer_type(source: Source) -> Gimp.ImageType:
    gray, alpha = source.layer.is_gray(), source.layer.has_alpha()
    if gray:
        return Gimp.ImageType.GRAYA_IMAGE if alpha else Gimp.ImageType.GRAY_IMAGE
    return Gimp.ImageType.RGBA_IMAGE if alpha else Gimp.ImageType.RGB_IMAGE
