"""From a recipe and what was read of the document to the request that the backend gets."""

from __future__ import annotations

import secrets

from ..plugin.pack_list import COMPLETION, STYLE_TRANSFER
from ..plugin.recipe import Recipe
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.messages import CompleteRun, DialSetting, Mask, StylizeRun
from ..protocol.pixels import Pixels

PREVIEW_STREAM = "krita"  # one docker's preview is of use at a time


def run_request(recipe: Recipe, pixels: Pixels, mask: Mask | None) -> StylizeRun:
    """The full result. Raises UsageError for a task that this plugin cannot ask for."""
    check_task(recipe)
    return _request(recipe, pixels, mask, working_size_px=recipe.working_size_px, stream=None)


def preview_request(
    recipe: Recipe, pixels: Pixels, mask: Mask | None, *, working_size_px: int
) -> StylizeRun:
    """A preview, superseded by the next one. Raises UsageError as run_request does."""
    check_task(recipe)
    return _request(recipe, pixels, mask, working_size_px=working_size_px, stream=PREVIEW_STREAM)


def completion_request(recipe: Recipe, pixels: Pixels, hole: Mask) -> CompleteRun:
    """For a new layer the fill alone: transparent outside the hole. In place: the picture with its
    hole filled.
    """
    is_cutout = recipe.target != "in_place"
    return _completion(recipe, pixels, hole, scale=1.0, is_cutout=is_cutout, stream=None)


def completion_preview(recipe: Recipe, pixels: Pixels, hole: Mask, *, scale: float) -> CompleteRun:
    """The picture with its hole filled. scale: pixels of the preview for one of the layer."""
    return _completion(recipe, pixels, hole, scale=scale, is_cutout=False, stream=PREVIEW_STREAM)


def check_task(recipe: Recipe) -> None:
    if recipe.task not in (STYLE_TRANSFER, COMPLETION):
        raise UsageError(
            tr("This plugin cannot use packs for “{task}” yet; update it.").format(task=recipe.task)
        )


def _request(
    recipe: Recipe,
    pixels: Pixels,
    mask: Mask | None,
    *,
    working_size_px: int | None,
    stream: str | None,
) -> StylizeRun:
    has_map = mask is not None and mask.role != "selection"
    return StylizeRun(
        job=secrets.token_hex(8),
        pack=recipe.pack,
        dials={dial: DialSetting(numbers, has_map) for dial, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=mask,
        pack_sha256=recipe.pack_sha256,
        working_size_px=working_size_px,
        preserve_color=recipe.preserve_color,
        preview_stream=stream,
    )


def _completion(
    recipe: Recipe,
    pixels: Pixels,
    hole: Mask,
    *,
    scale: float,
    is_cutout: bool,
    stream: str | None,
) -> CompleteRun:
    return CompleteRun(
        job=secrets.token_hex(8),
        pack=recipe.pack,
        dials={dial: DialSetting(numbers) for dial, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=hole,
        grow_px=round(recipe.grow_px * scale),
        feather_px=round(recipe.feather_px * scale),
        seed=recipe.seed,
        is_cutout=is_cutout,
        pack_sha256=recipe.pack_sha256,
        preview_stream=stream,
    )
