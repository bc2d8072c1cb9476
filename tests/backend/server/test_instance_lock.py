"""One backend per user, also where the file system of the runtime folder has no locks."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.process.connection_file import connection_file, read_connection
from dynamic_style.backend.server.instance_lock import only_instance

from ..cli.running_cli import run_here
from ..servers import END_S, serve_process, ticks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is for flock")

WITHOUT_LOCKS = f"""
import fcntl
def flock(*_):
    raise OSError({errno.ENOLCK}, "No locks available")
fcntl.flock = flock
"""


@pytest.fixture
def without_locks(runtime_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for a network file system that knows none, in this process and in those it starts."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first/sitecustomize.py").write_text(WITHOUT_LOCKS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "first"), prepend=os.pathsep)

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_backend_serves_is_met_by_the_next_and_ended(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert "no backend is running" in run_here(capfdbinary, "stop").stderr
    with serve_process() as process:
        met = run_here(capfdbinary, "serve")
        assert met.code == 0 and "a backend runs already" in met.stderr
        assert run_here(capfdbinary, "status").code == 0
        ended = run_here(capfdbinary, "stop")
        assert ended.code == 0 and "the backend has ended" in ended.stderr
        assert process.process.wait(END_S) == 0
        assert not connection_file().exists()


@pytest.mark.usefixtures("without_locks")
def test_without_locks_two_do_not_take_the_connection_file_from_each_other() -> None:
    with only_instance() as lock:
        assert lock is not None and not lock.renew()
    with serve_process() as first:
        connection_file().unlink()  # as if both had been started in the same moment
        with serve_process() as second:
            for _ in ticks(2):
                assert read_connection() == second.connection
            with first.client() as client:
                client.hello()  # it serves who knows it


def test_with_locks_there_is_one(runtime_folder: Path) -> None:
    with only_instance() as lock:
        assert lock is not None and lock.is_certain and lock.renew()
        with only_instance() as other:
            assert other is None
