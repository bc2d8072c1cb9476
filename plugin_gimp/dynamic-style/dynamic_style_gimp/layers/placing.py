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

_LAYER_TYPES = {
    "R'G'B'": Gimp.ImageType.RGB_IMAGE,
    "R'G'B'A": Gimp.ImageType.RGBA_IMAGE,
    "Y'": Gimp.ImageType.GRAY_IMAGE,
    "Y'A": Gimp.ImageType.GRAYA_IMAGE,
}


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
    pairs = zip(sources, results, strict=True)
    return in_one_step(
        sources,
        [partial(_place_one, source, result, settings.selection) for source, result in pairs],
        settings.recipe,
    )


def in_one_step(
    sources: Sequence[Source],
    placings: Sequence[Callable[[Recipe], Gimp.Layer]],
    recipe: Recipe,
) -> list[Gimp.Layer]:
    """Call each source's placing with the recipe as its layer will keep it, all in one undo step;
    the layers that they return. New ones are selected then, and taken back if a later one fails.
    """
    check_still_there(sources)
    image = sources[0].image
    layers: list[Gimp.Layer] = []
    are_new = recipe.target == "new_layer"
    image.undo_group_start()
    try:
        for source, placing in zip(sources, placings, strict=True):
            own = replace(recipe, source=source_words(source.layer))
            layers.append(placing(own))
            attach_recipe(layers[-1], own)
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


def new_layer(source: Source, name: str, box: Box, encoding: Encoding, data: bytes) -> Gimp.Layer:
    """A layer that holds a box of the source's result, above the source, or above what was made of
    it before. Raises ImageWriteError.
    """
    image, below = source.image, source.into or source.layer
    size, kind = (box.width, box.height), _LAYER_TYPES[encoding.model]
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, name, *size, kind, 100.0, mode)
    if layer is None:
        raise ImageWriteError(tr("GIMP could make no new layer; the image is unchanged."))
    write_pixels(layer.get_buffer(), Box(0, 0, *size), encoding, data)
    if not image.insert_layer(layer, below.get_parent(), image.get_item_position(below)):
        layer.delete()
        raise ImageWriteError(
            tr("GIMP took no layer above '{layer}'; is its group locked?").format(
                layer=below.get_name()
            )
        )
    layer.set_offsets(source.x + box.x, source.y + box.y)
    return layer


def write_in_place(layer: Gimp.Layer, box: Box, encoding: Encoding, data: bytes) -> None:
    """box: of the layer. What else GIMP sees selected of it becomes transparent."""
    shadow = layer.get_shadow_buffer()
    write_pixels(shadow, box, encoding, data)
    layer.merge_shadow(True)  # through the selection, and undoable
    layer.free_shadow()
    layer.update(*box)


def add_mask(layer: Gimp.Layer, source: Source, box: Box, selected: bytes | None = None) -> None:
    """Give a new layer the source's own mask over that box, and no more of it than is selected:
    gray u8; None: all.
    """
    own = source.layer.get_mask()
    if own is None:
        if selected is not None:
            limit(layer, "Y u8", selected)
        return
    form = "Y float" if selected is None else "Y u8"
    area = Gegl.Rectangle.new(*box)
    values = own.get_buffer().get(area, 1.0, form, Gegl.AbyssPolicy.NONE)
    if selected is not None:
        values = bytes(a * b // 255 for a, b in zip(values, selected, strict=True))
    limit(layer, form, values)
    if selected is None:
        layer.set_apply_mask(source.layer.get_apply_mask())


def limit(layer: Gimp.Layer, form: str, values: bytes) -> None:
    """Give a new layer a mask. values: of all its pixels, in that format of babl's."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    buffer = mask.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height()), form, values)
    buffer.flush()
    layer.add_mask(mask)
    layer.set_edit_mask(False)  # who paints next wants to paint on the picture


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


def select_values(image: Gimp.Image, box: Box, values: bytes) -> None:
    """Select, of what is selected, these values (gray u8) in a box of the image."""
    # not read from a channel: it has the selection's bytes, yet takes them as perceptual
    selected = Gimp.Selection.save(image)
    buffer = selected.get_buffer()
    buffer.set(Gegl.Rectangle.new(*box), "Y u8", values)
    buffer.flush()
    image.select_item(Gimp.ChannelOps.REPLACE, selected)
    image.remove_channel(selected)


def rename(layer: Gimp.Layer, recipe: Recipe) -> None:
    """Name it after the new recipe, unless the user has given it a name."""
    before = recipe_of(layer)
    if before is not None and layer.get_name() == layer_name(before):
        layer.set_name(layer_name(recipe))


def check_writable(layer: Gimp.Layer) -> None:
    """Raise a UsageError for a layer whose pixels cannot be changed."""
    why = why_unwritable(layer)
    if why is not None:
        raise refused(why, layer)


def why_unwritable(layer: Gimp.Layer) -> str | None:
    """Why a layer's pixels cannot be changed, with {layer} for its name; None if they can."""
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
    return why


def refused(why: str, layer: Gimp.Layer) -> UsageError:
    """why: with {layer}."""
    advice = tr("Let the result be a new layer.")
    return UsageError(f"{why.format(layer=layer.get_name())} {advice}")


def _place_one(source: Source, result: Result, mode: SelectionMode, recipe: Recipe) -> Gimp.Layer:
    data, box, encoding = bytes(result.pixels.data), source.box, source.encoding
    if recipe.target == "new_layer":
        layer = new_layer(source, layer_name(recipe), box, encoding, data)
        selected = source.selection(mode)
        add_mask(layer, source, box, None if selected is None else bytes(selected.data))
    elif recipe.target == "in_place" or source.into is None:
        layer = source.layer
        with _selection_in_mode(source.image, mode):
            write_in_place(layer, box, encoding, data)
    else:
        layer = source.into
        with _selection_in_mode(source.image, "ignore"):
            write_in_place(layer, box, encoding, data)
        rename(layer, recipe)
    return layer


@contextmanager
def _selection_in_mode(image: Gimp.Image, mode: SelectionMode) -> Iterator[None]:
    """Let GIMP see the selection as the mode says, and put it back."""
    if mode == "soft" or Gimp.Selection.is_empty(image):
        yield
    elif mode == "ignore":
        with selection_as(image):
            yield
    else:
        # half or more; Gimp.Selection.sharpen() would take a fifth for enough
        whole = Box(0, 0, image.get_width(), image.get_height())
        selected = image.get_selection().get_buffer()
        values = selected.get(Gegl.Rectangle.new(*whole), 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
        with selection_as(image, partial(select_values, image, whole, hardened(values))):
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
    into = source.into
    if into is None:
        raise refused(
            tr("'{layer}' is no result whose own source is still in the image."), source.layer
        )
    if (into.get_width(), into.get_height()) != (source.width, source.height):
        raise refused(
            tr("'{layer}' no longer has the size of the layer that it was made from."), into
        )
    check_writable(into)
