"""What of a layer the preview shows, as it was read last."""

from __future__ import annotations

from functools import cached_property

from ..layers.kinds import Document, LayerUse
from ..layers.preview.preview_reading import PreviewPicture, read_preview_selection
from ..plugin.hole_context import Box
from ..plugin.previews.preview_request import PreviewRequest, ShownPart
from ..plugin.previews.preview_size import LONG_SIDE_PX
from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels

REFINE_LIMIT_PX = 1024


class ReadPart:
    """Makes previews: a PreviewSource. picture: of a quick one; fine: of one that a dial at rest
    gets.
    """

    def __init__(
        self, document: Document, use: LayerUse, picture: PreviewPicture, fine: PreviewPicture
    ) -> None:
        self.picture = picture
        self._fine = fine
        self._document = document
        self._use = use

    @cached_property
    def selection(self) -> Pixels | None:
        """Read when it is first needed; None where all of the picture is to change."""
        return read_preview_selection(self._document, self._use, self.picture)

    @cached_property
    def _fine_selection(self) -> Pixels | None:
        if self._fine is self.picture:
            return self.selection
        return read_preview_selection(self._document, self._use, self._fine)

    def part(self, recipe: Recipe) -> Box:
        return self.picture.region

    def before(self, recipe: Recipe) -> Pixels:
        return self.picture.pixels

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, self.picture, self.selection, LONG_SIDE_PX)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest | None:
        if task_of(recipe.task).fills_selection:  # what was read is all that there is
            return None
        return self._preview(recipe, self._fine, self._fine_selection, REFINE_LIMIT_PX)

    def _preview(
        self, recipe: Recipe, picture: PreviewPicture, selection: Pixels | None, limit_px: int
    ) -> PreviewRequest:
        region, bounds = picture.region, self._use.bounds
        shown = ShownPart((region.width, region.height), (bounds.width, bounds.height), limit_px)
        mask = None
        if selection is not None:
            mask = Mask(selection, "both" if recipe.follows_selection else "selection")
        return task_of(recipe.task).preview(recipe, picture.pixels, mask, shown)
