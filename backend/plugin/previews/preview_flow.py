"""Which preview is asked for when: a quick one at every move of a dial, and one like the result as
soon as the dials rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ...protocol.messages import Result
from ...protocol.pixels import Pixels
from ..hole_context import Box
from ..recipe import Recipe
from ..worker import Worker
from .preview_request import PreviewRequest


class PreviewSource(Protocol):
    """What a host reads to make previews of. All raise ImageReadError, or UsageError for a recipe
    that cannot be carried out.
    """

    def part(self, recipe: Recipe) -> Box:
        """What of the layer is shown, in its pixels."""
        ...

    def before(self, recipe: Recipe) -> Pixels:
        """That part as it is, in the size of a quick preview."""
        ...

    def quick(self, recipe: Recipe) -> PreviewRequest: ...

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest | None:
        """None where there is none that is finer than the quick one. needed_px: screen pixels of
        the layer's, or the part's, longer side.
        """
        ...


@dataclass(frozen=True)
class _Asked:
    ticket: int
    is_refined: bool
    is_to_scale: bool

    @property
    def is_final(self) -> bool:
        return self.is_refined and self.is_to_scale


class PreviewFlow:
    """source: None while nothing is read. stream: the name under which newer previews supersede
    older ones. recipe: what is to be shown, now or once there is a source.
    """

    def __init__(self, worker: Worker, source: PreviewSource | None = None, *, stream: str) -> None:
        self._worker = worker
        self._source = source
        self._stream = stream
        self.recipe: Recipe | None = None
        self._part: Box | None = None
        self._last: _Asked | None = None
        self._shown = 0  # the ticket of what is shown
        self._shown_width = 0
        self._least = 0  # older tickets belong to another pack or part
        self._is_final = False

    @property
    def is_waiting(self) -> bool:
        """Whether the newest preview has not come yet."""
        return self._last is not None and self._last.ticket >= max(self._least, self._shown + 1)

    @property
    def is_final(self) -> bool:
        """Whether what is shown has the result's own strokes."""
        return self._is_final and not self.is_waiting

    def moves(self, recipe: Recipe) -> tuple[Box, Pixels] | None:
        """What of the layer is shown from now on, and that part as it is; None if that has not
        changed. Raises what a PreviewSource raises.
        """
        if self._source is None:
            return None
        part = self._source.part(recipe)
        if part == self._part:
            return None
        before = self._source.before(recipe)
        self._part = part
        self._disown()
        return part, before

    def turn_to(self, source: PreviewSource | None) -> None:
        """The layer was read anew, or there is nothing to make previews of any more: what is on its
        way will not be shown. Asks for a quick preview, if one is wanted. Raises what a
        PreviewSource raises.
        """
        self._disown()
        self._source = source
        if self.recipe is not None:
            self.ask(self.recipe)

    def ask(self, recipe: Recipe) -> None:
        """Ask for a quick preview. Raises what a PreviewSource raises."""
        if self.recipe is not None and recipe.pack != self.recipe.pack:
            self._disown()
        self.recipe = recipe
        if self._source is not None:
            self._send(self._source.quick(recipe), is_refined=False)

    def refine(self, needed_px: int) -> Pixels | None:
        """Ask for what the result will look like, once the quick preview has come, unless that
        shows it already. needed_px: screen pixels of the longer side. Returns the layer as it is at
        the size that was asked for; None if nothing was. Raises what a PreviewSource raises.
        """
        if self.recipe is None or self._source is None or self._last is None or self.is_waiting:
            return None
        quick = self._source.quick(self.recipe)
        fine = self._source.fine(self.recipe, needed_px)
        has_size = fine is None or fine.before.width <= self._shown_width
        if fine is None or (has_size and (self._last.is_refined or quick.is_to_scale)):
            self._is_final = self._is_final or quick.is_to_scale
            return None
        self._send(fine, is_refined=True)
        return fine.before

    def take(self, ticket: int, result: Result) -> Pixels | None:
        """The pixels to show for a preview that has come; None for one of another pack or part."""
        if ticket < max(self._least, self._shown):
            return None
        self._shown = ticket
        self._shown_width = result.pixels.width
        last = self._last
        self._is_final = last is not None and last.ticket == ticket and last.is_final
        return result.pixels

    def forget(self) -> None:
        """Nobody wants a preview any more, until one is asked for."""
        self._worker.forget_preview()
        self._disown()
        self.recipe = None
        self._last = None
        self._is_final = False

    def fail(self, ticket: int) -> None:
        """A preview has failed; if it was the newest, nothing is awaited any more."""
        if self._last is not None and self._last.ticket <= ticket:
            self._last = None
            self._is_final = False

    def _disown(self) -> None:
        """What is on its way will not be shown."""
        if self._last is not None:
            self._least = self._last.ticket + 1

    def _send(self, preview: PreviewRequest, *, is_refined: bool) -> None:
        request = replace(preview.request, preview_stream=self._stream)
        ticket = self._worker.preview(request, gives_way=is_refined)
        self._last = _Asked(ticket, is_refined, preview.is_to_scale)
