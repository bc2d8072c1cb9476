"""The set-up of the backend in a dialog: begun, shown, and told of when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..plugin.errors.error_actions import Remedy, message_for
from ..plugin.set_up.set_up_runner import SetUpRunner
from ..plugin.set_up.set_up_watch import SetUpWatch
from ..protocol.errors import DynamicStyleError
from ..protocol.version import VERSION
from .dialog_view import DialogView

LOOK_S = 0.5


class SettingUp:
    """ready: called when a set-up is done."""

    def __init__(self, view: DialogView, *, ready: Callable[[], None]) -> None:
        self._view = view
        self._ready = ready
        runner = SetUpRunner(host="gimp", version=VERSION)
        self._watch = SetUpWatch(runner, host="GIMP", ready=self._on_ready, failed=self._on_failed)
        self._looked_at = -LOOK_S

    @property
    def is_at_work(self) -> bool:
        return self._watch.is_at_work

    @property
    def question(self) -> str:
        """What to ask before `begin`. Raises BackendError."""
        return self._watch.question

    def begin(self) -> None:
        self._watch.begin()
        self._show()

    def cancel(self) -> None:
        """What was fetched is kept."""
        self._watch.cancel()
        self._show()

    def tick(self) -> None:
        """Look how far it is, now and then; one that was begun elsewhere is shown as well."""
        now = time.monotonic()
        if now < self._looked_at + LOOK_S:
            return
        self._looked_at = now
        if self._watch.look() and self.is_at_work:
            self._show()

    def _show(self) -> None:
        self._view.show_set_up(self._watch.text, self._watch.seen.fraction)

    def _on_ready(self) -> None:
        self._view.show_set_up("", 0.0)
        self._ready()

    def _on_failed(self, error: DynamicStyleError, remedy: Remedy) -> None:
        self._view.show_set_up("", 0.0)
        self._view.show_error(message_for(error), remedy)
