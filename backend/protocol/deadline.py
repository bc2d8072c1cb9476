"""One point in time that every step of a wait shares, so that no sum of short waits gets long."""

from __future__ import annotations

import time

from .errors import ProtocolTimeoutError


class Deadline:
    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def remaining_s(self) -> float:
        """Seconds left, 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    def error(self, what: str) -> ProtocolTimeoutError:
        return ProtocolTimeoutError(f"{what} within {self.timeout_s:g} s")
