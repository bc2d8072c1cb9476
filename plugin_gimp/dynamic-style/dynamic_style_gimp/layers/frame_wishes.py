"""What is wanted of a run over an image's frames, as a script or the dialog has said it, or as an
earlier run was told, which its frames keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gi.repository import Gimp

from ..plugin.frames.dial_curves import dial_curves, kept_keys, read_ease
from ..plugin.frames.frame_plan import dials_at
from ..plugin.recipe import Recipe
from ..plugin.tasks.stylize_task import STYLIZE
from ..plugin.tasks.task import Options
from ..protocol.messages import PackEntry
from .frame_layers import Frame, WhichLayers
from .parasite import recipe_of
from .run_settings import read_scale


@dataclass(frozen=True)
class FrameWishes:
    """pack: its id. alpha: dials over time, as backend/protocol/animation/alpha_text.py has them.
    scale: as read_scale() has it.
    """

    pack: str
    alpha: str
    ease: str
    layers: WhichLayers
    scale: str
    preserve_color: bool


@dataclass(frozen=True)
class FrameJob:
    """recipe: of this frame, with its own dials."""

    frame: Frame
    recipe: Recipe


def frame_jobs(
    frames: Sequence[Frame], wishes: FrameWishes, pack: PackEntry
) -> tuple[FrameJob, ...]:
    """Raises UsageError, AlphaError."""
    dials, curves = dial_curves(pack, wishes.alpha, read_ease(wishes.ease))
    return tuple(
        FrameJob(frame, _recipe(frame, wishes, pack, dials_at(dials, curves, frame.number)))
        for frame in frames
    )


def _recipe(
    frame: Frame, wishes: FrameWishes, pack: PackEntry, dials: Mapping[str, tuple[float, ...]]
) -> Recipe:
    working_px = read_scale(wishes.scale, (frame.source.width, frame.source.height))
    options = Options(
        working_size_px=working_px, preserve_color=wishes.preserve_color, target="in_place"
    )
    recipe = STYLIZE.recipe(pack, dials, options)
    return replace(recipe, frames=kept_keys(wishes.alpha, wishes.ease))


def earlier_wishes(layers: Sequence[Gimp.Layer], wishes: FrameWishes) -> FrameWishes:
    """How the first of these layers that is a result of frames was made; else as they are. Which
    layers and how much of a size each one says is not kept with results.
    """
    for layer in layers:
        recipe = recipe_of(layer)
        if recipe is not None and recipe.task == STYLIZE.id and recipe.frames is not None:
            size = recipe.working_size_px
            return replace(
                wishes,
                pack=recipe.pack,
                alpha=recipe.frames.alpha,
                ease=recipe.frames.ease,
                scale="" if size is None else str(size),
                preserve_color=recipe.preserve_color,
            )
    return wishes
