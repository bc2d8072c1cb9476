"""What of a layer the preview shows, as it was read last."""

from __future__ import annotations

from functools import cached_property

from ..layers.kinds import Document, LayerUse
from ..layers.preview_reading import PreviewPicture, read_preview_selection
from ..plugin.hole_context import Box
from ..plugin.previews.preview_request import PreviewRequest, ShownPart
from ..plugin.previews.preview_size import LONG_SIDE_PX
from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels

REFINE_LIMIT_PX = 1024


class ReadPart:
    """Makes previews: a PreviewSource."""

    def __init__(self, document: Document, use: LayerUse, picture: PreviewPicture) -> None:
        self.picture = picture
        self._document = document
        self._use = use

    @cached_property
    def selection(self) -> Pixels | None:
        """Read when it is first needed; None where all of the picture is to change."""
        return read_preview_selection(self._document, self._use, self.picture)

    def part(self, recipe: Recipe) -> Box:
        return self.picture.region

    def before(self, recipe: Recipe) -> Pixels:
        return self.picture.pixels

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, LONG_SIDE_PX)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest | None:
        if task_of(recipe.task).fills_selection:  # what was read is all that there is
            return None
        return self._preview(recipe, REFINE_LIMIT_PX)

    def _preview(self, recipe: Recipe, limit_px: int) -> PreviewRequest:
        region, bounds = self.picture.region, self._use.bounds
        shown = ShownPart((region.width, region.height), (bounds.width, bounds.height), limit_px)
        mask = None
        if self.selection is not None:
            mask = Mask(self.selection, "both" if recipe.follows_selection else "selection")
        return task_of(recipe.task).preview(recipe, self.picture.pixels, mask, shown)
