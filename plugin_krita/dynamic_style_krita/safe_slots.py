"""Slots that never let an exception out: Krita answers one with a modal dialog."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

log = logging.getLogger("dynamic_style")

_F = TypeVar("_F", bound=Callable[..., Any])

# Where caught errors are shown; the controller puts itself here when it is made.
_reporters: list[Callable[[BaseException], None]] = []
_reporting: list[BaseException] = []  # what is being shown now


def report_to(reporter: Callable[[BaseException], None] | None) -> None:
    """Show what guarded() catches from now on; None: only log it."""
    _reporters[:] = [] if reporter is None else [reporter]


def guarded(slot: _F) -> _F:
    """A slot, an event handler or a callback of Krita's that catches and reports everything."""

    @functools.wraps(slot)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return slot(*arguments, **named)
        except Exception as error:
            report(error)
            return None

    return call  # type: ignore[return-value]


def report(error: BaseException) -> None:
    """Log an error with its traceback and show it, if there is where. What fails while one is being
    shown is only logged: showing that would fail likewise.
    """
    log.error("caught in Krita", exc_info=error)
    if _reporting:
        return
    _reporting.append(error)
    try:
        for reporter in _reporters:
            try:
                reporter(error)
            except Exception:
                log.exception("an error could not be shown")
    finally:
        _reporting.clear()
