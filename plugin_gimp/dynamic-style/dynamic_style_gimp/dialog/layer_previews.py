"""Previews of a stylized layer: all of it, small at first. No toolkit and no GIMP here."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from ..layers.run_settings import Settings
from ..plugin.hole_context import Box
from ..plugin.preview_size import LONG_SIDE_PX, PreviewPlan, plan_preview
from ..procedures.blocking_run import new_job, stylize_request
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels
from .preview_flow import Shot

# Sizes that a refined preview travels at, so that zooming does not read the layer at every step.
REFINED_SIDES_PX = (512, 768, 1024, 1536, 2048)
_ANY_WORKING_PX = 1 << 16


class ShownLayer(Protocol):
    """What drawables.Source offers to a preview."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    def pixels(self, long_side_px: int | None = None) -> Pixels: ...
    def mask(self, settings: Settings, *, size: tuple[int, int]) -> Mask | None: ...


class LayerShots:
    """Settings must say the working size here. Pixels are read once for each size."""

    def __init__(self, source: ShownLayer) -> None:
        self._source = source
        self._pixels: dict[int, Pixels] = {}
        self._masks: dict[tuple[str, bool, int], Mask | None] = {}

    def part(self, settings: Settings) -> Box:
        return Box(0, 0, self._source.width, self._source.height)

    def before(self, settings: Settings) -> Pixels:
        return self._read(LONG_SIDE_PX)

    def quick(self, settings: Settings) -> Shot:
        return self._shot(settings, LONG_SIDE_PX, limit_px=LONG_SIDE_PX)

    def fine(self, settings: Settings, needed_px: int) -> Shot:
        side = next((s for s in REFINED_SIDES_PX if s >= needed_px), REFINED_SIDES_PX[-1])
        return self._shot(settings, side, limit_px=_ANY_WORKING_PX)

    def _shot(self, settings: Settings, long_side_px: int, *, limit_px: int) -> Shot:
        pixels = self._read(long_side_px)
        plan = self._plan(settings, long_side_px, limit_px=limit_px)
        request = stylize_request(settings, pixels, self._mask(settings, pixels), job=new_job())
        request = replace(request, working_size_px=plan.working_size_px)
        return Shot(pixels, request, plan.is_to_scale)

    def _plan(self, settings: Settings, long_side_px: int, *, limit_px: int) -> PreviewPlan:
        size = (self._source.width, self._source.height)
        return plan_preview(
            size,
            size,
            working_size_px=settings.recipe.working_size_px or max(size),
            long_side_px=long_side_px,
            limit_px=limit_px,
        )

    def _read(self, long_side_px: int) -> Pixels:
        if long_side_px not in self._pixels:
            self._pixels[long_side_px] = self._source.pixels(long_side_px)
        return self._pixels[long_side_px]

    def _mask(self, settings: Settings, pixels: Pixels) -> Mask | None:
        key = (settings.selection, settings.recipe.follows_selection, pixels.width)
        if key not in self._masks:
            size = (pixels.width, pixels.height)
            self._masks[key] = self._source.mask(settings, size=size)
        return self._masks[key]
