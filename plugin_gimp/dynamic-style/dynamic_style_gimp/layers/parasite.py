"""The recipe of a result, kept with its layer: in GIMP's own file format, copies and undo."""

from __future__ import annotations

from gi.repository import Gimp

from ..plugin.recipe import Recipe
from .stored_recipe import recipe_in

NAME = "dynamic-style-recipe"
TATTOO = "layer"  # in Recipe.source: the tattoo, which stays a layer's when the file is saved


def attach_recipe(layer: Gimp.Layer, recipe: Recipe) -> None:
    """Keep it, in place of an older one. Undone with the rest."""
    flags = Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE
    data = recipe.to_json().encode("utf-8")
    layer.attach_parasite(Gimp.Parasite.new(NAME, flags, data))


def recipe_of(layer: Gimp.Layer) -> Recipe | None:
    """The recipe that made the layer; None if it is no result, or one that cannot be read."""
    parasite = layer.get_parasite(NAME)
    if parasite is None:
        return None
    return recipe_in(parasite.get_data())


def source_words(layer: Gimp.Layer) -> dict[str, str]:
    """What Recipe.source says of the layer that was read."""
    return {TATTOO: str(layer.get_tattoo())}


def source_layer(image: Gimp.Image, recipe: Recipe) -> Gimp.Layer | None:
    """The layer that a recipe was applied to, if it is still in the image."""
    try:
        return image.get_layer_by_tattoo(int(recipe.source[TATTOO]))
    except (KeyError, ValueError, OverflowError):
        return None
