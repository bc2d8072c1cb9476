"""The running backend as long as it does the work, this process otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ...compute.engine import StageDone
from ...protocol.errors import (
    DeviceError,
    DynamicStyleError,
    ImageSizeError,
    PackError,
    ProtocolError,
)
from ..console import Console
from .worker import RemoteWorker, Worker

_Job = TypeVar("_Job")
_Made = TypeVar("_Made")


class BackendFirst(Generic[_Job, _Made]):
    """A Worker of both. make_local is called when this process is first needed."""

    def __init__(
        self,
        remote: RemoteWorker[_Job, _Made],
        make_local: Callable[[], Worker[_Job, _Made]],
        console: Console,
    ) -> None:
        self._remote: RemoteWorker[_Job, _Made] | None = remote
        self._last: Worker[_Job, _Made] = remote
        self._make_local = make_local
        self._local: Worker[_Job, _Made] | None = None
        self._console = console

    @property
    def device(self) -> str:
        return self._last.device

    @property
    def pack_sha256(self) -> str:
        return self._last.pack_sha256

    @property
    def computed_by(self) -> str:
        return self._last.computed_by

    def do(self, job: _Job, on_stage: StageDone | None = None) -> _Made:
        """Raises what this process alone would raise."""
        if self._remote is not None and self._remote.may_do_unasked(job):
            self._last = self._remote
            try:
                return self._remote.do(job, on_stage)
            except (ProtocolError, PackError) as error:
                self._tell(error)
                self._remote = None  # for the next pictures, too: each would wait for it anew
            except (ImageSizeError, DeviceError) as error:
                self._tell(error)
        if self._local is None:
            self._local = self._make_local()
        self._last = self._local
        return self._local.do(job, on_stage)

    def _tell(self, error: DynamicStyleError) -> None:
        self._console.note(
            f"note: the running backend did not do it ({error}); this process does the work"
        )
