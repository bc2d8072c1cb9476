"""Work in Krita's user-interface thread, cut into steps that are too short to be noticed.

Krita's objects may be touched in that thread only. A job on them is a generator that does a few
milliseconds of work between two yields and returns its result at the end; what it yields is how
many seconds it can wait for, 0 for going on as soon as Krita has dealt with its own events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from ..protocol.errors import DynamicStyleError, ImageError
from ..qt import QtCore
from ..safe_slots import guarded, log

T = TypeVar("T")
Steps = Generator[float, None, T]

TURN_S = 0.012  # work of one turn of the event loop, a third of what is felt as a stutter


class Stepping:
    """Runs a job's steps from a timer, and calls done(result) or failed(error) once, later than
    start. After cancel() neither is called.
    """

    def __init__(
        self,
        steps: Steps[Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[DynamicStyleError], None],
    ) -> None:
        self._steps = steps
        self._done = done
        self._failed = failed
        self.is_running = True
        self._timer = QtCore.QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)

    def cancel(self) -> None:
        """Stop before the next step; the job may clean up (its generator is closed)."""
        if self.is_running:
            self.is_running = False
            self._timer.stop()
            self._steps.close()

    @guarded
    def _turn(self) -> None:
        try:
            pause_s = self._work()
        except StopIteration as end:
            self.is_running = False
            self._done(end.value)
        except DynamicStyleError as error:
            self.is_running = False
            self._failed(error)
        except Exception as error:  # whatever Krita's objects raise once their picture is closed
            self.is_running = False
            log.error("a job on a layer failed", exc_info=error)
            named = ImageError(f"Krita could not carry this out ({error!r}); try it once more")
            named.__cause__ = error
            self._failed(named)
        else:
            self._timer.start(round(pause_s * 1000))

    def _work(self) -> float:
        """Steps for one turn; returns how long to wait then."""
        end_s = time.perf_counter() + TURN_S
        while True:
            pause_s = next(self._steps)
            if pause_s or not self.is_running or time.perf_counter() >= end_s:
                return pause_s


def finish(steps: Steps[T]) -> T:
    """Run all steps at once, without events in between: for scripts and tests."""
    while True:
        try:
            time.sleep(next(steps))
        except StopIteration as end:
            result: T = end.value
            return result
