"""The dialog's live preview: what is asked for as dials move and rest, and shown as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from gi.repository import GLib

from ..layers.presence import check_still_there
from ..layers.reading import Source
from ..layers.run_settings import Settings
from ..plugin.events import PreviewReady
from ..plugin.previews.preview_flow import PreviewFlow
from ..plugin.recipe import Recipe
from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError
from .dialog_view import DialogView
from .preview_sources import previews_of

REFINE_AFTER_MS = 250
SLOW_S = 1.5  # a preview that takes longer waits for someone else's job


class DialogPreview:
    """Of the first source. refuse: called with why a preview cannot be made; None: it can again.
    changed: called when the status has changed by itself.
    """

    def __init__(
        self,
        worker: Worker,
        sources: Sequence[Source],
        task: Task,
        *,
        view: DialogView,
        refuse: Callable[[DynamicStyleError | None], None],
        changed: Callable[[], None],
    ) -> None:
        self.is_dragging = False  # the mouse holds a dial: nothing is refined
        self._sources = sources
        self._view = view
        self._refuse = refuse
        self._changed = changed
        self._previews = previews_of(sources[0], task)
        self._flow = PreviewFlow(worker, self._previews, stream=f"gimp-{id(self):x}")
        self._asked: Settings | None = None  # what the newest preview shows
        self._has_refused = False
        self._waiting_since = 0.0
        self._timer = 0

    @property
    def is_waiting(self) -> bool:
        return self._flow.is_waiting

    @property
    def is_slow(self) -> bool:
        """Whether the user has been waiting longer than a preview can take."""
        is_waiting = self._waiting_since > 0
        return is_waiting and time.monotonic() - self._waiting_since > SLOW_S

    @property
    def status(self) -> str:
        if self._asked is None:
            return ""
        if self.is_slow:
            return tr("Preview: still waiting for the backend…")
        if self._flow.is_final:
            return tr("This is how the result will look")
        return tr("Preview")

    def show_part(self, recipe: Recipe) -> None:
        """Show what of the layer a recipe is about, as it is. Raises as a PreviewSource."""
        moved = self._flow.moves(recipe)
        if moved is not None:
            part, before = moved
            self._view.show_part((part.width, part.height), before)

    def ask(self, settings: Settings, *, packs_own_px: int) -> None:
        """Ask for what is set now, unless that is asked for already. packs_own_px: the working size
        that the pack was made for.
        """
        if settings == self._asked:
            return
        self._asked = settings
        self._previews.selection = settings.selection
        working_px = settings.recipe.working_size_px or packs_own_px
        try:
            check_still_there(self._sources)
            self.show_part(settings.recipe)
            self._flow.ask(replace(settings.recipe, working_size_px=working_px))
        except DynamicStyleError as error:
            self._flow.forget()
            self._has_refused = True
            self._refuse(error)
            return
        if self._has_refused:
            self._has_refused = False
            self._refuse(None)

    def ask_anew(self) -> None:
        """The next ask() asks, whether or not the same was asked for before."""
        self._asked = None

    def refine_soon(self) -> None:
        """Let the preview become what the result will look like, once the dials rest."""
        self.close()
        self._timer = GLib.timeout_add(REFINE_AFTER_MS, self._refine)

    def take(self, event: PreviewReady) -> bool:
        """Whether it is one that is shown."""
        self._waiting_since = 0.0
        pixels = self._flow.take(event.ticket, event.result)
        if pixels is None:
            return False
        self._view.show_after(pixels)
        if not self._flow.is_waiting and not self._flow.is_final:
            self.refine_soon()
        return True

    def forget(self) -> None:
        """Nobody wants the preview that is awaited any more."""
        self._flow.forget()

    def fail(self, ticket: int) -> None:
        """There will be no answer to what was asked for."""
        self._flow.fail(ticket)

    def tick(self) -> None:
        """See for how long a preview has been awaited."""
        if not self._flow.is_waiting:
            self._waiting_since = 0.0
        elif not self._waiting_since:
            self._waiting_since = time.monotonic()
        if self.is_slow:
            self._changed()

    def close(self) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    def _refine(self) -> bool:
        self._timer = 0
        if self.is_dragging:
            return False
        try:
            check_still_there(self._sources)
            before = self._flow.refine(self._view.needed_long_side_px)
        except DynamicStyleError as error:
            self._refuse(error)
            return False
        if before is not None:
            self._view.show_before(before)
        self._changed()
        return False
