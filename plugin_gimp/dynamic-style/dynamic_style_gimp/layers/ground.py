"""The layer over which a picture of its own is laid: it says where that lies and how large it is.
Nothing of what the layer shows is read, and its mask has no say in what is not made of it.

As in placing.py, nothing here waits for the backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from gi.repository import Gimp

from ..plugin.recipe import Recipe, layer_name
from ..plugin.requests import generation_over
from ..protocol.messages import GenerateRun, Result
from .placing import in_one_step, limit, new_layer, rename, selection_as, write_in_place
from .reading import Source, encoding_of
from .run_settings import SelectionMode, Settings


@dataclass(frozen=True)
class Ground:
    """source: with an encoding that has an alpha channel, for what the picture leaves free."""

    source: Source

    def request(self, recipe: Recipe) -> GenerateRun:
        source = self.source
        nothing = bytes(source.width * source.height * source.encoding.pixel_bytes)
        pixels = source.encoding.pixels(source.width, source.height, nothing)
        return generation_over(recipe, pixels)


def ground_of(source: Source) -> Ground:
    count = source.width * source.height
    return Ground(replace(source, encoding=encoding_of(source.layer, count, needs_alpha=True)))


def place_pictures(
    grounds: Sequence[Ground], results: Sequence[Result], settings: Settings
) -> list[Gimp.Layer]:
    """Lay each picture into the image; the layers that hold them. One undo step. check_target() has
    been called. Raises ImageWriteError, or UsageError if the image or a layer is gone.
    """
    pairs = zip(grounds, results, strict=True)
    placings = [partial(_place_one, ground, result, settings.selection) for ground, result in pairs]
    return in_one_step([ground.source for ground in grounds], placings, settings.recipe)


def _place_one(ground: Ground, result: Result, mode: SelectionMode, recipe: Recipe) -> Gimp.Layer:
    source = ground.source
    data, encoding = bytes(result.pixels.data), source.encoding
    if recipe.target == "replace" and source.into is not None:
        layer = source.into
        with selection_as(source.image):
            write_in_place(layer, source.box, encoding, data)
        rename(layer, recipe)
        return layer
    layer = new_layer(source, layer_name(recipe), source.box, encoding, data)
    selected = source.selection(mode)
    if selected is not None:
        limit(layer, "Y u8", bytes(selected.data))
    return layer
