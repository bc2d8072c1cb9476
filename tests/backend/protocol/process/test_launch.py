"""Starting the backend from a host: detached, once, as installed, within a deadline."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from dynamic_style.backend.cli.main import main
from dynamic_style.backend.protocol.errors import (
    BackendError,
    ProtocolError,
)
from dynamic_style.backend.protocol.messages import Result
from dynamic_style.backend.protocol.process import detached
from dynamic_style.backend.protocol.process.connection_file import (
    Connection,
    connection_file,
    read_connection,
    write_connection,
)
from dynamic_style.backend.protocol.process.launch import (
    connect_or_start,
    read_record,
    record_path,
    running_backend,
)

from ...servers import run, serve_process, ticks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions of POSIX")

WHO = {"host": "test", "version": "1"}


def write_record(interpreter: str) -> None:
    record_path().parent.mkdir(parents=True, exist_ok=True)
    record_path().write_text(json.dumps({"interpreter": interpreter}))


@pytest.fixture
def ends_backend() -> Iterator[None]:
    """Ends what the test has started, by its own connection file."""
    yield
    connection = read_connection()
    if connection is not None:
        with_suppressed_kill(connection.pid)


def with_suppressed_kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        psutil.Process(pid).wait(20)
    except (ProcessLookupError, psutil.NoSuchProcess):
        pass


@pytest.mark.usefixtures("ends_backend")
def test_a_backend_is_started_once_detached_and_clean(
    installed: Path, runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sys.executable)
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setenv("QT_PLUGIN_PATH", "/nowhere")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with connect_or_start(**WHO) as client:
        assert isinstance(list(client.run(run("one")))[-1], Result)
    connection = read_connection()
    assert connection is not None
    process = psutil.Process(connection.pid)
    assert os.getsid(process.pid) != os.getsid(0)
    assert not {"PYTHONPATH", "LD_LIBRARY_PATH", "QT_PLUGIN_PATH"} & set(process.environ())
    files = {str(Path(f"/proc/{process.pid}/fd/{number}").readlink()) for number in (0, 1, 2)}
    assert files == {"/dev/null", str(runtime_folder / "backend-start.log")}

    with connect_or_start(**WHO, timeout_s=5) as client:  # no second one
        client.hello()
    assert read_connection() == connection
    assert main(["serve"]) == 0  # adopts it
    assert read_connection() == connection
    assert main(["status"]) == 0
    assert main(["stop"]) == 0
    process.wait(20)
    assert not connection_file().exists()
    assert running_backend(**WHO) is None
    assert main(["stop"]) == 0
    assert main(["status"]) == 7
    assert "ended" in (runtime_folder / "backend.log").read_text()


@pytest.mark.usefixtures("ends_backend")
def test_a_stale_file_is_replaced_and_the_process_it_names_left_alone(installed: Path) -> None:
    stale = Connection("tcp://127.0.0.1:1", bytes(32), os.getpid(), 1, "0.1.0")
    write_connection(stale)
    with connect_or_start(**WHO, interpreter=Path(sys.executable)) as client:
        client.hello()
    assert read_connection() != stale


@pytest.mark.usefixtures("ends_backend")
def test_hosts_that_start_it_at_once_share_one(installed: Path) -> None:
    def start(_: int) -> int:
        with connect_or_start(**WHO, interpreter=Path(sys.executable)) as client:
            client.stats()
            connection = read_connection()
            assert connection is not None
            return connection.pid

    with ThreadPoolExecutor(3) as hosts:
        assert len(set(hosts.map(start, range(3)))) == 1


def test_a_backend_that_hangs_is_left_alone_and_named(installed: Path) -> None:
    with serve_process() as process:
        os.kill(process.process.pid, signal.SIGSTOP)
        started, before = time.monotonic(), _running_children()
        with pytest.raises(ProtocolError):
            connect_or_start(**WHO, interpreter=Path(sys.executable), timeout_s=4)
        assert time.monotonic() - started < 10
        assert process.process.poll() is None
        os.kill(process.process.pid, signal.SIGCONT)
        for _ in ticks(30):  # the one that waited for it adopts it and ends
            if _running_children() <= before:
                break
        else:
            raise AssertionError("the second one has not ended")
        assert read_connection() == process.connection


def _running_children() -> set[int]:
    """Without those that have ended and that nobody has asked about yet."""
    running = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE:
                running.add(child.pid)
    return running


def test_sigterm_ends_it_and_removes_the_file(installed: Path) -> None:
    with serve_process() as process:
        process.process.terminate()
        assert process.process.wait(20) == 0
        assert not connection_file().exists()


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(BackendError, match="run the installer"):
        connect_or_start(**WHO, timeout_s=5)
    write_record("/nowhere/python")
    with pytest.raises(BackendError, match="/nowhere/python"):
        connect_or_start(**WHO, timeout_s=5)
    record_path().write_text("[1]")
    with pytest.raises(BackendError, match="again"):
        connect_or_start(**WHO, timeout_s=5)


@pytest.mark.parametrize(
    "path", ["/" + "x" * 5000, "/a\0b", "/\ud800"], ids=["long", "NUL", "half"]
)
def test_a_path_that_no_python_can_have_is_named(path: str) -> None:
    write_record(path)
    with pytest.raises(BackendError, match=r"which does not exist; run the installer"):
        connect_or_start(**WHO, timeout_s=5)


def test_a_python_that_another_user_has_named_is_not_started() -> None:
    write_record(sys.executable)
    record_path().chmod(0o666)
    with pytest.raises(BackendError, match="every user may change it"):
        read_record()
    record_path().chmod(0o664)  # as with a umask of 002
    assert read_record().interpreter == Path(sys.executable)
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:  # root may read anybody's file, and everybody root's
            os.chown(record_path(), 4242, -1)
        else:
            patch.setattr(os, "geteuid", lambda: record_path().stat().st_uid + 1)
        with pytest.raises(BackendError, match="belongs to user"):
            read_record()
    record_path().unlink()
    os.mkfifo(record_path())
    with pytest.raises(BackendError, match="no plain file"):
        read_record()


def test_a_start_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'torch is missing'\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(BackendError, match="torch is missing"):
        connect_or_start(**WHO, interpreter=broken, timeout_s=10)


def test_the_environment_keeps_what_is_not_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GI_TYPELIB_PATH", "x")
    monkeypatch.setenv("PYTHONHOME", "x")
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", "/kept")
    environment = detached.clean_environment()
    assert environment["DYNAMIC_STYLE_PACKS"] == "/kept"
    assert environment["PATH"] == os.environ["PATH"]
    assert not {"GI_TYPELIB_PATH", "PYTHONHOME"} & set(environment)
