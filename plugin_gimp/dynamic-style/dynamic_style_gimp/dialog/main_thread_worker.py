"""The worker, heard on GIMP's main thread: its own thread only rings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gi.repository import GLib

from ..backend import host_name
from ..plugin.diagnostics import diagnostics_text
from ..plugin.events import Event
from ..plugin.worker import Worker
from ..protocol.errors import DynamicStyleError
from ..protocol.messages import PackEntry
from ..protocol.version import VERSION


class MainThreadWorker:
    """take: called with each event, until stop()."""

    def __init__(self, take: Callable[[Event], None]) -> None:
        self._take = take
        self._is_stopped = False
        self.worker = Worker(host=host_name(), version=VERSION, wake=self._ring)

    def stop(self) -> None:
        self._is_stopped = True
        self.worker.close(timeout_s=0.3)

    def diagnostics(
        self, *, state: str, error: DynamicStyleError | None, packs: Sequence[PackEntry] = ()
    ) -> str:
        """What a bug report needs. state: of the backend, as it was last told. error: the last."""
        return diagnostics_text(
            host=host_name(),
            version=VERSION,
            state=state,
            welcome=self.worker.welcome,
            packs=packs,
            error=error,
        )

    def _ring(self) -> None:
        GLib.idle_add(self._drain, priority=GLib.PRIORITY_DEFAULT)

    def _drain(self) -> bool:
        if not self._is_stopped:
            for event in self.worker.drain():
                self._take(event)
        return False
