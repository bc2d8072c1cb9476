"""A set-up as a panel shows it: what to say now, and what has just become of it."""

from __future__ import annotations

from collections.abc import Callable

from ...protocol.errors import BackendError, DynamicStyleError
from ..errors.error_actions import Remedy
from ..translations import tr
from .set_up_runner import SetUpRunner
from .set_up_state import SetUp
from .set_up_texts import end_text, progress_text, question

Failed = Callable[[DynamicStyleError, Remedy], None]


class SetUpWatch:
    """runner: of this host. host: its name, such as "Krita". ready: called once when a set-up that
    was seen at work is done. failed: called once, with what is wrong or was broken off, and what
    the button for it does.
    """

    def __init__(
        self, runner: SetUpRunner, *, host: str, ready: Callable[[], None], failed: Failed
    ) -> None:
        self._runner = runner
        self._host = host
        self._ready = ready
        self._failed = failed
        self._is_cancelling = False
        self.seen = SetUp()

    @property
    def question(self) -> str:
        """What to ask before `begin`. Raises BackendError."""
        return question(host=self._host, folder=str(self._runner.folder.parent))

    @property
    def is_at_work(self) -> bool:
        return self.seen.is_at_work

    @property
    def text(self) -> str:
        """What is going on; empty where nothing is."""
        if not self.is_at_work:
            return ""
        return tr("Cancelling…") if self._is_cancelling else progress_text(self.seen)

    def begin(self) -> None:
        self._is_cancelling = False
        self._runner.begin()
        self.seen = SetUp("starting")

    def cancel(self) -> None:
        """Ask it to end; what was fetched is kept."""
        try:
            self._runner.cancel()
        except BackendError as error:
            self._failed(error, Remedy("none", ""))
            return
        self._is_cancelling = True

    def look(self) -> bool:
        """Look how far it is; whether anything is to be shown anew. One that has ended before
        anybody looked is an old story.
        """
        before, self.seen = self.seen, self._runner.look()
        if before.is_at_work and not self.is_at_work:
            self._is_cancelling = False
            self._tell_end()
        return before != self.seen

    def _tell_end(self) -> None:
        text = end_text(self.seen, host=self._host)
        if self.seen.state == "done" and not text:
            self._ready()
        elif self.seen.state == "done":
            self._failed(BackendError(text), Remedy("none", ""))
        else:
            again = tr("Set up…") if self.seen.state == "cancelled" else tr("Try again…")
            self._failed(BackendError(text), Remedy("set_up", again))
