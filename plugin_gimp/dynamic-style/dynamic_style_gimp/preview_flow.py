"""Which preview is asked for when: a quick one at every move of a dial, and one like the result as
soon as the dials rest. No toolkit and no GIMP here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from .panel.preview_size import LONG_SIDE_PX, PreviewPlan, plan_preview
from .panel.worker import Worker
from .protocol.messages import Mask, Result
from .protocol.pixels import Pixels
from .requests import new_job, stylize_request
from .settings import Settings

# Sizes that a refined preview travels at, so that zooming does not read the layer at every step.
_REFINED_SIDES_PX = (512, 768, 1024, 1536, 2048)
_ANY_WORKING_PX = 1 << 16


class PreviewSource(Protocol):
    """What drawables.Source offers to a preview."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    def pixels(self, long_side_px: int | None = None) -> Pixels: ...
    def mask(self, settings: Settings, *, size: tuple[int, int]) -> Mask | None: ...


@dataclass(frozen=True)
class _Asked:
    ticket: int
    is_refined: bool


class PreviewFlow:
    """stream: the name under which newer previews supersede older ones."""

    def __init__(self, worker: Worker, source: PreviewSource, *, stream: str) -> None:
        self._worker = worker
        self._source = source
        self._stream = stream
        self._settings: Settings | None = None
        self._working_size_px = 0
        self._last: _Asked | None = None
        self._shown = 0  # the ticket of what is shown
        self._shown_width = 0
        self._least = 0  # older tickets belong to another pack
        self._is_final = False
        self._pixels: dict[int, Pixels] = {}
        self._masks: dict[tuple[str, bool, int], Mask | None] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether the newest preview has not come yet."""
        return self._last is not None and self._shown < self._last.ticket

    @property
    def is_final(self) -> bool:
        """Whether what is shown has the result's own strokes."""
        return self._is_final and not self.is_waiting

    def before(self, long_side_px: int = LONG_SIDE_PX) -> Pixels:
        """The layer as it is, at most that long. Raises ImageReadError."""
        if long_side_px not in self._pixels:
            self._pixels[long_side_px] = self._source.pixels(long_side_px)
        return self._pixels[long_side_px]

    def ask(self, settings: Settings, *, working_size_px: int) -> None:
        """Ask for a quick preview. working_size_px: of the result. Raises ImageReadError."""
        if self._settings is not None and settings.recipe.pack != self._settings.recipe.pack:
            self._least = self._last.ticket + 1 if self._last is not None else 0
        self._settings, self._working_size_px = settings, working_size_px
        self._send(LONG_SIDE_PX, self._quick_plan(), is_refined=False)

    def refine(self, needed_px: int) -> Pixels | None:
        """Ask for what the result will look like, once the quick preview has come, unless that
        shows it already. needed_px: screen pixels of the layer's longer side. Returns the layer as
        it is at the size that was asked for; None if nothing was. Raises ImageReadError.
        """
        if self._settings is None or self._last is None or self.is_waiting:
            return None
        side = next((s for s in _REFINED_SIDES_PX if s >= needed_px), _REFINED_SIDES_PX[-1])
        quick, fine = self._quick_plan(), self._plan(side, limit_px=_ANY_WORKING_PX)
        has_size = self.before(side).width <= self._shown_width
        if has_size and (self._is_final or quick.is_to_scale):
            self._is_final = True
            return None
        self._send(side, fine, is_refined=True)
        return self.before(side)

    def take(self, ticket: int, result: Result) -> Pixels | None:
        """The pixels to show for a preview that has come; None for one of another pack."""
        if ticket < max(self._least, self._shown):
            return None
        self._shown = ticket
        self._shown_width = result.pixels.width
        self._is_final = self._last == _Asked(ticket, is_refined=True)
        return result.pixels

    def forget(self) -> None:
        """Nobody wants the preview that is awaited any more."""
        self._worker.forget_preview()
        self.fail()

    def fail(self) -> None:
        """The newest preview has failed; nothing is awaited any more."""
        self._last = None
        self._is_final = False

    def _send(self, long_side_px: int, plan: PreviewPlan, *, is_refined: bool) -> None:
        assert self._settings is not None
        pixels = self.before(long_side_px)
        mask = self._mask(self._settings, pixels)
        request = stylize_request(
            self._settings, pixels, mask, job=new_job(), preview_stream=self._stream
        )
        request = replace(request, working_size_px=plan.working_size_px)
        self._last = _Asked(self._worker.preview(request), is_refined)

    def _mask(self, settings: Settings, pixels: Pixels) -> Mask | None:
        key = (settings.selection, settings.recipe.follows_selection, pixels.width)
        if key not in self._masks:
            size = (pixels.width, pixels.height)
            self._masks[key] = self._source.mask(settings, size=size)
        return self._masks[key]

    def _quick_plan(self) -> PreviewPlan:
        return self._plan(LONG_SIDE_PX, limit_px=LONG_SIDE_PX)

    def _plan(self, long_side_px: int, *, limit_px: int) -> PreviewPlan:
        size = (self._source.width, self._source.height)
        return plan_preview(
            size,
            size,
            working_size_px=self._working_size_px,
            long_side_px=long_side_px,
            limit_px=limit_px,
        )
