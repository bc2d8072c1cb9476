"""A thread that takes one piece of work after the other until it is told to end, and that nothing
else ends.

After a shortage of memory the next piece is done in a new thread: oneDNN remembers, for as long as
a thread lives, that an allocation for its code has failed there, and makes no new code any more.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

PAUSE_S = 0.1  # after an error that was not to be: it may come again at once

_Work = TypeVar("_Work")

log = logging.getLogger(__name__)


class ServiceThread(Generic[_Work]):
    """take: waits for work; None ends the thread. do: does it; whether memory ran out."""

    def __init__(
        self, take: Callable[[], _Work | None], do: Callable[[_Work], bool], *, name: str
    ) -> None:
        self._take = take
        self._do = do
        self._name = name
        self._is_worn = False
        self._has_ended = threading.Event()

    def start(self) -> None:
        self._start(None)

    def join(self, timeout_s: float) -> bool:
        """Whether it has ended within timeout_s."""
        return self._has_ended.wait(timeout_s)

    def _start(self, work: _Work | None) -> None:
        threading.Thread(target=self._serve, args=(work,), name=self._name, daemon=True).start()

    def _serve(self, work: _Work | None) -> None:
        while True:
            try:
                if work is None:
                    work = self._take()
                if work is None:
                    break
                if self._is_worn and self._is_replaced(work):
                    return
                current, work = work, None
                self._is_worn = self._do(current) or self._is_worn
                del current  # it may hold pictures, and the wait for the next may be long
            except BaseException:  # nobody would see it, and requests would wait for ever
                with contextlib.suppress(BaseException):
                    log.exception("in the thread '%s'", self._name)
                time.sleep(PAUSE_S)
        self._has_ended.set()

    def _is_replaced(self, work: _Work) -> bool:
        """Hand the work to a new thread. False where none can be started: then this one goes on."""
        try:
            self._is_worn = False
            self._start(work)
        except (RuntimeError, MemoryError):
            self._is_worn = True
            return False
        return True
