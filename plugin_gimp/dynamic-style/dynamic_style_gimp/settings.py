"""What one use of Stylize… was told: the recipe, and how it treats the selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .panel.recipe import Recipe

# soft: as it is, feather included. hard: whole where half or more is selected, else nothing.
SelectionMode = Literal["soft", "hard", "ignore"]


@dataclass(frozen=True)
class Settings:
    """recipe: what a result's parasite keeps; recipe.follows_selection makes the selection the
    alpha map. selection: apart from that, where the result may show.
    """

    recipe: Recipe
    selection: SelectionMode = "soft"
