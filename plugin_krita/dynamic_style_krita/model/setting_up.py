"""The set-up of the backend, for all windows: begun, shown, and told of when it is done."""

from __future__ import annotations

from collections.abc import Callable

from ..plugin.set_up.set_up_runner import SetUpRunner
from ..plugin.set_up.set_up_watch import Failed, SetUpWatch
from ..protocol.version import VERSION
from ..qt import QtCore, Signal
from ..safe_slots import guarded

LOOK_MS = 500


class SettingUp(QtCore.QObject):
    """ready: called when a set-up is done. failed: with what has become of one otherwise."""

    changed = Signal()

    def __init__(self, *, ready: Callable[[], None], failed: Failed) -> None:
        super().__init__()
        runner = SetUpRunner(host="krita", version=VERSION)
        self._watch = SetUpWatch(runner, host="Krita", ready=ready, failed=failed)
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)

    @property
    def is_at_work(self) -> bool:
        return self._watch.is_at_work

    @property
    def text(self) -> str:
        return self._watch.text

    @property
    def fraction(self) -> float:
        return self._watch.seen.fraction

    @property
    def question(self) -> str:
        """What to ask before `begin`. Raises BackendError."""
        return self._watch.question

    def watch(self) -> None:
        """Show one that was begun before Krita was, or in another host."""
        self._on_look()

    def begin(self) -> None:
        self._watch.begin()
        self._timer.start()
        self.changed.emit()

    def cancel(self) -> None:
        self._watch.cancel()
        self.changed.emit()

    def close(self) -> None:
        """Krita ends; the set-up goes on."""
        self._timer.stop()

    @guarded
    def _on_look(self) -> None:
        is_changed = self._watch.look()
        if self.is_at_work and not self._timer.isActive():
            self._timer.start()
        elif not self.is_at_work:
            self._timer.stop()
        if is_changed:
            self.changed.emit()
