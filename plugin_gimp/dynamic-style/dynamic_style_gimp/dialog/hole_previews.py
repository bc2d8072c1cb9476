"""Previews of a filled selection: the hole with what is around it. No toolkit and no GIMP here.

A hole that is filled at another size is filled otherwise, so that only a preview at the layer's own
size shows what the result will be. The backend keeps the fill: once there is such a preview, the
result costs what the net costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..layers.run_settings import Settings
from ..plugin.hole_context import Box
from ..procedures.blocking_run import completion_request, new_job
from ..protocol.messages import Mask
from ..protocol.pixels import Pixels
from .preview_flow import Shot

QUICK_PX = 768  # of the longer side
FINE_PX = 2048  # beyond it a preview would be a wait


class ShownHole(Protocol):
    """What hole.Hole offers to a preview."""

    @property
    def context(self) -> Box: ...
    def small(self, long_side_px: int) -> tuple[Pixels, Mask]: ...


class HoleShots:
    """find: the hole for a number of pixels to grow the selection by; called once for each. Pixels
    are read once for each hole and size.
    """

    def __init__(self, find: Callable[[int], ShownHole]) -> None:
        self._find = find
        self._holes: dict[int, ShownHole] = {}
        self._read: dict[tuple[int, int], tuple[Pixels, Mask]] = {}

    def part(self, settings: Settings) -> Box:
        return self._hole(settings).context

    def before(self, settings: Settings) -> Pixels:
        return self.quick(settings).before

    def quick(self, settings: Settings) -> Shot:
        return self._shot(settings, QUICK_PX)

    def fine(self, settings: Settings, needed_px: int) -> Shot:
        return self._shot(settings, FINE_PX)

    def _shot(self, settings: Settings, long_side_px: int) -> Shot:
        hole, grow_px = self._hole(settings), settings.recipe.grow_px
        side = min(long_side_px, max(hole.context.width, hole.context.height))
        if (grow_px, side) not in self._read:
            self._read[grow_px, side] = hole.small(side)
        pixels, mask = self._read[grow_px, side]
        scale = pixels.width / hole.context.width
        request = completion_request(
            settings, pixels, mask, job=new_job(), is_cutout=False, scale=scale
        )
        return Shot(pixels, request, scale == 1)

    def _hole(self, settings: Settings) -> ShownHole:
        grow_px = settings.recipe.grow_px
        if grow_px not in self._holes:
            self._holes[grow_px] = self._find(grow_px)
        return self._holes[grow_px]
