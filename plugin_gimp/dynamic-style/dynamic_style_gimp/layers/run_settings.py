"""What one use of Stylize…, Inpaint Selection… or Generate Picture… was told."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Literal

from ..plugin.recipe import Recipe
from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from ..protocol.errors import UsageError

# soft: as it is, feather included. hard: whole where half or more is selected, else nothing.
SelectionMode = Literal["soft", "hard", "ignore"]
MAX_SCALE_PX = 65_536  # as on the command line
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


def read_scale(text: str, size: tuple[int, int]) -> int | None:
    """'1024', '50%' or 'full' as the longer side in pixels; '' as None. Raises UsageError."""
    wish = text.strip().lower()
    if not wish:
        return None
    if wish == "full":
        return max(size)
    percent = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)\s*%", wish)
    if percent and float(percent[1]) > 0:
        return min(MAX_SCALE_PX, max(1, round(max(size) * float(percent[1]) / 100)))
    if re.fullmatch(r"\d{1,6}", wish) and 0 < int(wish) <= MAX_SCALE_PX:
        return int(wish)
    raise UsageError(
        tr(
            "scale: '{text}' is no size; give a number of pixels up to {largest} for the longer "
            "side, such as 1024, or a percentage, such as 50%, or 'full'"
        ).format(text=text, largest=MAX_SCALE_PX)
    )
