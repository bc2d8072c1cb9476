"""What one use of Stylize… or Inpaint Selection… was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..plugin.pack_list import COMPLETION
from ..plugin.recipe import Recipe

EDGE_PX = 8  # a hole is grown and feathered by so much at first: selections are seldom exact

# soft: as it is, feather included. hard: whole where half or more is selected, else nothing.
SelectionMode = Literal["soft", "hard", "ignore"]


@dataclass(frozen=True)
class Settings:
    """recipe: what a result's parasite keeps; recipe.follows_selection makes the selection the
    alpha map. selection: apart from that, where the result may show; of an inpainting, the
    selection is the hole, as soft as it is.
    """

    recipe: Recipe
    selection: SelectionMode = "soft"


def fresh_settings(task: str) -> Settings:
    """What a dialog shows at its very first use."""
    edge_px = EDGE_PX if task == COMPLETION else 0
    return Settings(Recipe(task, "", None, "", {}, grow_px=edge_px, feather_px=edge_px))
