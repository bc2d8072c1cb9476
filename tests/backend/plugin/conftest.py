"""The tiny pack installed, a runtime folder of the test's own, and a worker that is ended."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dynamic_style.backend.plugin.worker import Worker
from dynamic_style.backend.protocol.process.connection_file import read_connection

from ..conftest import installed, made_packs, runtime_folder, user_packs

__all__ = ["installed", "made_packs", "runtime_folder", "user_packs"]


@pytest.fixture
def worker(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker that starts a real backend at its first request; both are ended."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    worker = Worker(host="test", version="1", interpreter=Path(sys.executable))
    yield worker
    worker.close(timeout_s=20)
    kill_backend()


def kill_backend() -> int | None:
    """kill -9 of the backend that the connection file names; its pid."""
    connection = read_connection()
    if connection is None:
        return None
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.kill(connection.pid, signal.SIGKILL)
        psutil.Process(connection.pid).wait(20)
    return connection.pid


@pytest.fixture
def tiny_addon_path(made_packs: Path) -> Path:
    """An add-on pack's folder, for reading only."""
    return made_packs / "tiny-addon"
