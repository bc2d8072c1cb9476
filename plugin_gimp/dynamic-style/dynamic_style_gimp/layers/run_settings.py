"""What one use of Stylize… or Inpaint Selection… was told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from ..plugin.recipe import Recipe
from ..plugin.tasks.task import Task

# soft: as it is, feather included. hard: whole where half or more is selected, else nothing.
SelectionMode = Literal["soft", "hard", "ignore"]
MOST_SEED = 2**31 - 1  # all that an integer argument of a procedure can hold


@dataclass(frozen=True)
class Settings:
    """recipe: what a result's parasite keeps; recipe.follows_selection makes the selection the
    alpha map. selection: apart from that, where the result may show; of an inpainting, the
    selection is the hole, as soft as it is.
    """

    recipe: Recipe
    selection: SelectionMode = "soft"


def fresh_settings(task: Task) -> Settings:
    """What a dialog shows at its very first use."""
    return Settings(Recipe(task.id, "", None, "", {}, **asdict(task.defaults)))
