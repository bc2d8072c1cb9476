"""A recipe out of an image that anybody may have made. No GIMP here."""

from __future__ import annotations

from collections.abc import Sequence

from ..plugin.recipe import MAX_TEXT, Recipe
from ..protocol.errors import UsageError

MAX_BYTES = 4 * MAX_TEXT  # UTF-8 has at most four for a character


def recipe_in(data: Sequence[int]) -> Recipe | None:
    """The recipe in a parasite's bytes; None for what cannot be read, is too long, or has texts
    that GIMP could not be told. Never raises.
    """
    if len(data) > MAX_BYTES:
        return None
    try:
        recipe = Recipe.from_json(bytes(data).rstrip(b"\0").decode("utf-8"))
        text = recipe.to_json()  # half of a surrogate pair can be read, but not be written
        return recipe if "\\u0000" not in text and text.encode("utf-8") else None
    except (UsageError, ValueError, OverflowError, RecursionError):
        return None
