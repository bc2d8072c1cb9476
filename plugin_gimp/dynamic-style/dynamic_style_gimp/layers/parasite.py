"""The recipe of a result, kept with its layer: in GIMP's own file format, copies and undo."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from ..plugin.recipe import MAX_TEXT, Recipe
from ..protocol.errors import UsageError

NAME = "dynamic-style-recipe"
MAX_BYTES = 4 * MAX_TEXT  # UTF-8 has at most four for a character
TATTOO = "layer"  # in Recipe.source: the tattoo, which stays a layer's when the file is saved


def attach_recipe(layer: Gimp.Layer, recipe: Recipe) -> None:
    """Keep it, in place of an older one. Undone with the rest."""
    flags = Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE
    data = recipe.to_json().encode("utf-8")
    layer.attach_parasite(Gimp.Parasite.new(NAME, flags, data))


def recipe_of(layer: Gimp.Layer) -> Recipe | None:
    """The recipe that made the layer; None if it is no result, or one that cannot be read."""
    parasite = layer.get_parasite(NAME)
    return None if parasite is None else _recipe_in(parasite.get_data())


def source_words(layer: Gimp.Layer) -> dict[str, str]:
    """What Recipe.source says of the layer that was read."""
    return {TATTOO: str(layer.get_tattoo())}


def source_layer(image: Gimp.Image, recipe: Recipe) -> Gimp.Layer | None:
    """The layer that a recipe was applied to, if it is still in the image."""
    try:
        return image.get_layer_by_tattoo(int(recipe.source[TATTOO]))
    except (KeyError, ValueError, OverflowError):
        return None


def _recipe_in(data: Sequence[int]) -> Recipe | None:
    """The recipe in a parasite of an image that anybody may have made; None for what cannot be
    read, is too long, or has texts that GIMP could not be told.
    """
    if len(data) > MAX_BYTES:
        return None
    try:
        recipe = Recipe.from_json(bytes(data).rstrip(b"\0").decode("utf-8"))
        text = recipe.to_json()  # half of a surrogate pair can be read, but not be written
        return recipe if "\\u0000" not in text and text.encode("utf-8") else None
    except (UsageError, ValueError, OverflowError, RecursionError):
        return None
