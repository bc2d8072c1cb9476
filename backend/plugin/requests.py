"""From a recipe and what was read of the document to the request that the backend gets."""

from __future__ import annotations

import secrets
from dataclasses import replace

from ..protocol.messages import CompleteRun, DialSetting, GenerateRun, Mask, StylizeRun
from ..protocol.pixels import Pixels, byte_length
from .hole_context import nothing_selected
from .recipe import Recipe


def stylize_request(recipe: Recipe, pixels: Pixels, mask: Mask | None) -> StylizeRun:
    """A recipe names its dials; those that it does not name stand at alpha 0. A mask that is more
    than a selection turns all of them; where there are none it is left out.
    """
    if mask is not None and not recipe.dials:
        mask = None if mask.role == "alpha_map" else Mask(mask.pixels, "selection")
    use_map = mask is not None and mask.role != "selection"
    return StylizeRun(
        job=new_job(),
        pack=recipe.pack,
        dials={d: DialSetting(tuple(numbers), use_map) for d, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=mask,
        pack_sha256=recipe.pack_sha256,
        working_size_px=recipe.working_size_px,
        preserve_color=recipe.preserve_color,
    )


def completion_request(recipe: Recipe, pixels: Pixels, hole: Mask | None) -> CompleteRun:
    """In place: the pixels with their hole filled; else the fill alone, transparent around it.
    Raises UsageError without a hole.
    """
    if hole is None:
        raise nothing_selected()
    return CompleteRun(
        job=new_job(),
        pack=recipe.pack,
        dials={dial: DialSetting(tuple(numbers)) for dial, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=hole,
        grow_px=recipe.grow_px,
        feather_px=recipe.feather_px,
        seed=recipe.seed,
        is_cutout=recipe.target != "in_place",
        pack_sha256=recipe.pack_sha256,
    )


def completion_preview(
    recipe: Recipe, pixels: Pixels, hole: Mask | None, *, scale: float
) -> CompleteRun:
    """The pixels with their hole filled. scale: pixels of the preview for one of the layer."""
    return replace(
        completion_request(recipe, pixels, hole),
        grow_px=round(recipe.grow_px * scale),
        feather_px=round(recipe.feather_px * scale),
        is_cutout=False,
    )


def generation_request(recipe: Recipe, pixels: Pixels, mask: Mask | None) -> GenerateRun:
    """The picture in the middle of nothing, as large as the pixels: what they show has no say in
    it, and neither has a selection, which limits where the host shows the result.
    """
    return generation_over(recipe, pixels.with_data(bytes(byte_length(pixels.data))))


def generation_over(recipe: Recipe, pixels: Pixels, mask: Mask | None = None) -> GenerateRun:
    """The picture in the middle of the pixels. mask: a selection, which limits where it shows."""
    return GenerateRun(
        job=new_job(),
        pack=recipe.pack,
        dials={dial: DialSetting(tuple(numbers)) for dial, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=mask,
        seed=recipe.seed,
        pack_sha256=recipe.pack_sha256,
    )


def new_job() -> str:
    """A name for a job; each is used once."""
    return secrets.token_hex(8)
