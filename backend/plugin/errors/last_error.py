"""What went wrong last, for every window to show, and what "Try again" does."""

from __future__ import annotations

from collections.abc import Callable

from ...protocol.errors import BackendError, DynamicStyleError, UsageError
from ..translations import tr
from .error_actions import Remedy, message_for, remedy_for


class LastError:
    """changed: called when `shown` is another. shown: the message and the way out; None: nothing is
    wrong. error: what it was, also when it is no longer shown. again: what "Try again" does.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.shown: tuple[str, Remedy] | None = None
        self.error: BaseException | None = None
        self.again: Callable[[], None] | None = None
        self._passes = False
        self._kept = ""

    def show(
        self,
        error: DynamicStyleError,
        remedy: Remedy | None = None,
        *,
        passes: bool = False,
        kept: str = "",
    ) -> None:
        """remedy: None: the error's usual one. passes: it asks for something that the user does in
        the picture, such as selecting another layer, and is gone once that may have been done; all
        else stays until it is read. kept: what is there all the same, in words.
        """
        if self._kept and not kept and self.shown is not None and type(error) is type(self.error):
            return  # the next request fails likewise, and what was kept is still to be read
        self.error = error
        self._kept = kept
        self._passes = passes
        self.shown = (message_for(error, kept=kept), remedy or remedy_for(error))
        self._changed()

    def show_caught(self, error: BaseException) -> None:
        """What no slot has caught itself."""
        if isinstance(error, DynamicStyleError):
            self.show(error, passes=isinstance(error, UsageError))
            return
        text = tr("a fault in the plugin: {error}; copy the diagnostics for a report")
        fault = BackendError(text.format(error=f"{error!r}"))
        fault.__cause__ = error
        self.show(fault, Remedy("none", ""))

    def clear(self) -> None:
        if self.shown is not None:
            self.shown = None
            self._changed()

    def look_again(self) -> None:
        """The picture, the layer or the selection has changed."""
        if self._passes:
            self.clear()

    def retry(self) -> None:
        self.clear()
        if self.again is not None:
            self.again()
