"""What a run takes from a document: for a task that fills a selection, the selection and what is
around it; for others the whole layer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..plugin.recipe import Recipe
from ..plugin.tasks.table import task_of
from ..protocol.messages import Mask
from .hole import hole_context, hole_mask
from .kinds import Document, LayerUse, Node
from .reading import LayerPicture, read_layer, request_mask
from .time_slices import Steps


@dataclass(frozen=True)
class RunInput:
    """picture: for the request, and where its result goes. mask: of the request."""

    picture: LayerPicture
    mask: Mask | None


def read_input(
    document: Document, use: LayerUse, recipe: Recipe, *, edited: Node | None
) -> Steps[RunInput]:
    """Steps to it. edited: an earlier result that the new one replaces. Raises UsageError, here or
    in a step, where nothing or all is selected, ImageReadError if Krita does not give the pixels.
    """
    if not task_of(recipe.task).fills_selection:
        return _whole_layer(document, use, recipe, edited)
    steps = read_layer(document, use, box=hole_context(document, use, recipe))
    return _around_hole(steps)


def _whole_layer(
    document: Document, use: LayerUse, recipe: Recipe, edited: Node | None
) -> Steps[RunInput]:
    picture = yield from read_layer(document, use, edited=edited)
    target = "new_layer" if edited is not None else recipe.target
    mask = request_mask(picture, target, follows_selection=recipe.follows_selection)
    return RunInput(picture, mask)


def _around_hole(steps: Steps[LayerPicture]) -> Steps[RunInput]:
    picture = yield from steps
    mask = hole_mask(picture.selection)
    # the result has its own edge, so that the selection is no mask on it
    return RunInput(replace(picture, selection=None), mask)
