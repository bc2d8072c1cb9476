"""Finding the backend past what others have left in its place, and true words where none can be."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgpack
import pytest

from dynamic_style.backend.cli.main import main
from dynamic_style.backend.protocol.codec import PROTOCOL_VERSION
from dynamic_style.backend.protocol.errors import (
    BackendError,
    ConnectionFileError,
    ProtocolVersionError,
)
from dynamic_style.backend.protocol.pixels import Buffer
from dynamic_style.backend.protocol.process import detached, launch
from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.protocol.process.connection_file import (
    Connection,
    connection_file,
    write_connection,
)
from dynamic_style.backend.protocol.process.launch import connect_or_start, running_backend
from dynamic_style.backend.protocol.signing import sign
from dynamic_style.backend.server.instance_lock import only_instance

from ...servers import serve_process
from ..transport.routers import EchoRouter, Router
from ..transport.tcp_peers import TcpPeer, says

WHO = {"host": "test", "version": "1"}
KEY = bytes(range(32))
OLDER, NEWER = 0, PROTOCOL_VERSION + 1

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a shell script, or modes of POSIX")


class Answering(Router):
    """Answers every message with the same frames."""

    def __init__(self, *frames: Buffer) -> None:
        self._frames = frames
        super().__init__()

    def answer(self, frames: list[bytes]) -> Iterable[Sequence[Buffer]]:
        yield self._frames


def of_version(number: int) -> Router:
    """A backend that speaks another protocol and knows the key."""
    header = msgpack.packb({"protocol": number})
    return Answering(sign(KEY, header, direction="reply"), header)


STRANGERS: dict[str, Callable[[], Router | TcpPeer]] = {
    "not signed": lambda: Answering(bytes(32), msgpack.packb({"protocol": 2})),
    "one frame": lambda: Answering(b"x"),
    "what it heard": EchoRouter,
    "no ZeroMQ": lambda: TcpPeer(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    "nothing": lambda: TcpPeer(says()),
}


@pytest.fixture(params=STRANGERS, ids=lambda name: str(name).replace(" ", "-"))
def stranger(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """The file of a backend that was killed, and who has taken its port since."""
    peer = STRANGERS[request.param]()
    connection = Connection(peer.endpoint, KEY, 1, 1, "0.1.0")
    write_connection(connection)
    yield connection
    peer.close()


@pytest.mark.usefixtures("stranger")
def test_who_does_not_know_the_key_is_no_backend() -> None:
    assert running_backend(**WHO, timeout_s=0.5) is None


def test_a_backend_starts_past_a_stranger_on_the_port_of_the_last_one(installed: Path) -> None:
    with EchoRouter() as peer:
        write_connection(Connection(peer.endpoint, KEY, 1, 1, "0.1.0"))
        with serve_process() as process, process.client() as client:
            assert client.hello().backend_version


def test_a_dead_backend_of_another_version_is_no_backend() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    write_connection(Connection(f"tcp://127.0.0.1:{port}", KEY, 1, 2, "9.0"))
    assert running_backend(**WHO) is None


@pytest.mark.parametrize(("number", "side"), [(NEWER, "plugin"), (OLDER, "backend")])
def test_a_living_backend_of_another_version_is_told_which_side_to_update(
    number: int, side: str
) -> None:
    with of_version(number) as peer:
        write_connection(Connection(peer.endpoint, KEY, 1, number, "9.0"))
        with pytest.raises(ProtocolVersionError, match=f"update the {side}"):
            running_backend(**WHO)


def test_status_and_stop_find_a_backend_whose_file_is_gone_or_damaged(installed: Path) -> None:
    with serve_process("--idle-exit", "60") as process:
        connection_file().unlink()
        assert main(["status"]) == 0
        connection_file().write_bytes(b"\0" * 100)
        assert main(["stop"]) == 0
        assert process.process.wait(20) == 0
    assert not connection_file().exists()


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


@posix_only
def test_what_ends_at_once_without_an_error_is_not_started_for_ever(tmp_path: Path) -> None:
    interpreter = script(tmp_path / "python", f"echo x >> {tmp_path}/starts")
    with pytest.raises(BackendError, match="exit code 0"):
        connect_or_start(**WHO, interpreter=interpreter, timeout_s=30)
    assert (tmp_path / "starts").read_text() == "x\n" * 4


@posix_only
def test_a_start_that_a_signal_ended_is_told_so(tmp_path: Path) -> None:
    interpreter = script(tmp_path / "python", "kill -9 $$")
    with pytest.raises(BackendError, match="ended by signal 9"):
        connect_or_start(**WHO, interpreter=interpreter, timeout_s=10)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is always full")
@pytest.mark.parametrize("free_for", [0, 1], ids=["before the start", "during the start"])
def test_a_full_disk_is_named(
    free_for: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, opened = launch.open_own, []

    def open_full(path: Path, flags: int) -> int:
        opened.append(path)
        return real(path, flags) if len(opened) <= free_for else os.open("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(launch, "open_own", open_full)
    interpreter = script(tmp_path / "python", "exit 120")  # Python's, when its words found no room
    with pytest.raises(ConnectionFileError, match=r"No space left.*make room"):
        connect_or_start(**WHO, interpreter=interpreter, timeout_s=10)


@posix_only
def test_a_runtime_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "file" / "run"))
    for start in (running_backend, connect_or_start):
        with pytest.raises(ConnectionFileError, match="DYNAMIC_STYLE_RUNTIME") as caught:
            start(**WHO)  # type: ignore[operator]
        assert "installer" not in str(caught.value)
    for command in ("serve", "status", "stop"):
        assert main([command]) == 7
        assert "file/run" in capsys.readouterr().err


@posix_only
def test_nothing_is_written_into_another_users_folder(
    runtime_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thesis = tmp_path / "thesis"
    thesis.write_text("precious")
    runtime_folder.mkdir(mode=0o700)
    for name in ("backend-start.log", "backend.log", "backend.lock"):
        (runtime_folder / name).symlink_to(thesis)
    interpreter = script(tmp_path / "python", "exit 1")
    with pytest.raises(ConnectionFileError, match="a link"):
        connect_or_start(**WHO, interpreter=interpreter, timeout_s=10)
    real = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    with pytest.raises(ConnectionFileError, match="belongs to user"):
        connect_or_start(**WHO, interpreter=interpreter, timeout_s=10)
    assert main(["serve"]) == 7
    assert thesis.read_text() == "precious"


def test_a_loopback_interface_that_is_down_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    with pytest.raises(BackendError, match=r"itself.*unreachable.*loopback network interface up"):
        connect_or_start(**WHO, interpreter=Path(sys.executable))
    assert main(["serve"]) == 7
    assert "loopback" in capsys.readouterr().err


def test_a_program_with_no_free_file_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "create_connection", too_many)
    with pytest.raises(BackendError, match=r"Too many open files.*close other programs"):
        connect_or_start(**WHO, interpreter=Path(sys.executable))


def test_folders_keep_their_place_when_the_backend_starts_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", "my/packs")
    assert detached.clean_environment()["DYNAMIC_STYLE_PACKS"] == str(tmp_path / "my" / "packs")


def test_a_file_that_is_mended_meanwhile_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old file names a backend that drops what is signed with another key."""
    connect, silent = launch.connect, TcpPeer(says())
    with of_version(NEWER) as peer:
        old = Connection(silent.endpoint, KEY, 1, 1, "0.1.0")
        new = Connection(peer.endpoint, KEY, 1, 2, "9.0")

        def connect_and_mend(connection: Connection, *, host: str, version: str) -> Client:
            write_connection(new)
            return connect(connection, host=host, version=version)

        monkeypatch.setattr(launch, "connect", connect_and_mend)
        write_connection(old)
        with pytest.raises(ProtocolVersionError):  # the new one has answered
            running_backend(**WHO)
    silent.close()


def test_a_backend_that_starts_waits_for_one_that_ends(installed: Path) -> None:
    with contextlib.ExitStack() as stack:
        assert stack.enter_context(only_instance()) is not None
        timer = threading.Timer(2.0, stack.pop_all().close)
        timer.start()
        with serve_process() as process, process.client() as client:
            assert client.hello().backend_version
        timer.join()
