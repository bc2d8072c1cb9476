"""Previews as requests: what was read of a part of a layer, and how near to the result it comes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...protocol.messages import Mask, Run
from ...protocol.pixels import Pixels
from ..recipe import Recipe
from ..requests import completion_preview, generation_over, stylize_request
from .preview_size import LONG_SIDE_PX, plan_preview


@dataclass(frozen=True)
class PreviewRequest:
    """A preview that can be asked for. before: what it is made of, 8 bits a sample. is_to_scale:
    whether it shows what the result will.
    """

    before: Pixels
    request: Run
    is_to_scale: bool


@dataclass(frozen=True)
class ShownPart:
    """part, layer: (width, height) in the document's pixels, of what a preview's pixels show and of
    all. limit_px: the largest working size that is quick enough; a preview that needs more has
    coarser strokes than the result.
    """

    part: tuple[int, int]
    layer: tuple[int, int]
    limit_px: int = LONG_SIDE_PX


def layer_preview(
    recipe: Recipe, pixels: Pixels, mask: Mask | None, shown: ShownPart
) -> PreviewRequest:
    """The recipe says the working size, also where that is the pack's own; None: the layer's."""
    plan = plan_preview(
        shown.part,
        shown.layer,
        working_size_px=recipe.working_size_px or max(shown.layer),
        limit_px=shown.limit_px,
    )
    request = stylize_request(recipe, pixels, mask)
    request = replace(request, working_size_px=plan.working_size_px)
    return PreviewRequest(pixels, request, plan.is_to_scale)


def hole_preview(
    recipe: Recipe, pixels: Pixels, hole: Mask | None, shown: ShownPart
) -> PreviewRequest:
    """The part is what travels. A hole that is filled at another size is filled otherwise, so that
    only pixels of that very size are to scale. Raises UsageError without a hole.
    """
    scale = pixels.width / shown.part[0]
    request = completion_preview(recipe, pixels, hole, scale=scale)
    return PreviewRequest(pixels, request, scale == 1)


def generated_preview(
    recipe: Recipe, pixels: Pixels, mask: Mask | None, shown: ShownPart
) -> PreviewRequest:
    """The picture over what the part shows, in its middle: where it will lie if that is all of the
    layer.
    """
    request = generation_over(recipe, pixels, mask)
    return PreviewRequest(pixels, request, shown.part == shown.layer)
