"""The connection file: found again, whole, and trusted only where it is the user's alone."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_style.backend.protocol.errors import ConnectionFileError
from dynamic_style.backend.protocol.process import user_folders
from dynamic_style.backend.protocol.process.connection_file import (
    Connection,
    connection_file,
    read_connection,
    remove_connection,
    write_connection,
)
from dynamic_style.backend.protocol.process.user_folders import RUNTIME_VARIABLE, runtime_folder

from ..samples import KEY

MINE = Connection("tcp://127.0.0.1:40123", KEY, 4711, 1, "0.1.0")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes and owners")


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    monkeypatch.setenv(RUNTIME_VARIABLE, str(folder))
    return folder


def test_what_was_written_is_read() -> None:
    assert read_connection() is None
    path = write_connection(MINE)
    assert path == connection_file()
    assert read_connection() == MINE


def test_a_later_backend_replaces_the_file() -> None:
    write_connection(MINE)
    later = replace(MINE, endpoint="tcp://127.0.0.1:40124", key=KEY[::-1])
    write_connection(later)
    assert read_connection() == later
    assert list(runtime_folder().iterdir()) == [connection_file()]


def test_on_windows_a_reader_of_the_file_keeps_nobody_from_replacing_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where that is no Windows, the refusals are made up."""
    tries: list[str] = []

    def held_twice(old: Path, new: Path) -> None:
        tries.append("once")
        if len(tries) < 3:
            raise PermissionError(13, "held by another process")
        Path(old).rename(new)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "replace", held_twice)
    write_connection(MINE)
    assert len(tries) == 3
    assert read_connection() == MINE


def test_a_backend_removes_only_its_own_file() -> None:
    write_connection(MINE)
    remove_connection(replace(MINE, pid=1))
    assert read_connection() == MINE
    remove_connection(MINE)
    assert read_connection() is None
    remove_connection(MINE)


def test_the_key_does_not_show_in_messages() -> None:
    assert KEY.hex() not in repr(MINE)
    assert repr(KEY) not in repr(MINE)


def test_readers_never_see_half_a_file() -> None:
    write_connection(MINE)
    is_done = threading.Event()
    seen: list[Connection | None] = []

    def read_on() -> None:
        while not is_done.is_set():
            seen.append(read_connection())

    reader = threading.Thread(target=read_on)
    reader.start()
    for pid in range(40):
        write_connection(replace(MINE, pid=pid))
    is_done.set()
    reader.join(10)
    assert seen
    assert all(found is not None and found.key == KEY for found in seen)


@posix_only
def test_folder_and_file_are_the_users_alone(runtime: Path) -> None:
    path = write_connection(MINE)
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix_only
def test_the_umask_does_not_open_the_file(runtime: Path) -> None:
    before = os.umask(0)
    try:
        path = write_connection(MINE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_open_is_refused(mode: int) -> None:
    write_connection(MINE).chmod(mode)
    with pytest.raises(ConnectionFileError, match="chmod 600"):
        read_connection()


@posix_only
@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o1777])
def test_a_folder_that_others_may_enter_is_refused(runtime: Path, mode: int) -> None:
    write_connection(MINE)
    runtime.chmod(mode)
    with pytest.raises(ConnectionFileError, match="chmod 700"):
        read_connection()
    with pytest.raises(ConnectionFileError, match="chmod 700"):
        write_connection(MINE)
    runtime.chmod(0o700)


@posix_only
def test_another_users_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write_connection(MINE)
    real = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    with pytest.raises(ConnectionFileError, match=f"belongs to user {real}"):
        read_connection()
    with pytest.raises(ConnectionFileError, match="belongs to user"):
        write_connection(MINE)


@posix_only
def test_links_and_other_things_in_the_files_place_are_refused(
    runtime: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    write_connection(MINE).rename(elsewhere)
    connection_file().symlink_to(elsewhere)
    with pytest.raises(ConnectionFileError, match="a link"):
        read_connection()
    connection_file().unlink()
    connection_file().mkdir()
    with pytest.raises(ConnectionFileError, match=r"not a plain file|cannot be opened"):
        read_connection()
    with pytest.raises(ConnectionFileError, match="a folder, and no file; remove it"):
        write_connection(MINE)
    connection_file().rmdir()
    os.mkfifo(connection_file(), 0o600)
    with pytest.raises(ConnectionFileError, match="not a plain file"):
        read_connection()


@posix_only
def test_a_link_in_the_folders_place_is_refused(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    runtime.symlink_to(tmp_path / "real")
    with pytest.raises(ConnectionFileError, match="not a plain folder"):
        write_connection(MINE)


def change(**members: Any) -> Callable[[dict[str, Any]], str]:
    return lambda good: json.dumps({**good, **members})


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda _: "", "no JSON"),
        (lambda good: json.dumps(good)[:-1], "no JSON"),
        (lambda _: "[]", "no JSON object"),
        (lambda _: "[" * 4000, "no JSON"),
        (lambda good: json.dumps(good) + " " * 4096, "more than 4096 bytes"),
        (lambda _: "{}", "'endpoint' is missing"),
        (change(endpoint="tcp://0.0.0.0:40123"), "only ever on this machine"),
        (change(endpoint="tcp://192.168.0.7:40123"), "only ever on this machine"),
        (change(endpoint="ipc:///tmp/socket"), "only ever on this machine"),
        (change(endpoint="tcp://127.0.0.1:0"), "PORT"),
        (change(endpoint="tcp://127.0.0.1:65536"), "PORT"),
        (change(endpoint="tcp://127.0.0.1:40123\n"), "PORT"),
        (change(key=""), "needs 32"),
        (change(key="00" * 31), "needs 32"),
        (change(key="xy" * 32), "non-hexadecimal"),
        (change(key=None), "'key' is missing or no str"),
        (change(pid="1"), "'pid' is missing or no int"),
        (change(protocol=True), "'protocol' is missing or no int"),
    ],
)
def test_a_damaged_file_is_refused_with_what_to_do(
    damage: Callable[[dict[str, Any]], str], why: str
) -> None:
    path = write_connection(MINE)
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(ConnectionFileError, match=why) as caught:
        read_connection()
    assert "remove it" in str(caught.value)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_in_the_file_it_is_read_or_refused(data: st.DataObject) -> None:
    path = write_connection(MINE)
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good)))
    length = data.draw(st.integers(0, 8))
    path.write_bytes(good[:at] + data.draw(st.binary(max_size=8)) + good[at + length :])
    try:
        found = read_connection()
    except ConnectionFileError:
        return
    assert found is not None and len(found.key) == 32


def test_members_of_a_later_version_do_no_harm() -> None:
    path = write_connection(MINE)
    path.write_text(change(started="2030-01-01")(json.loads(path.read_text())))
    assert read_connection() == MINE


def test_a_folder_that_cannot_be_made_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(RUNTIME_VARIABLE, str(tmp_path / "file" / "run"))
    with pytest.raises(ConnectionFileError, match=RUNTIME_VARIABLE):
        write_connection(MINE)


def test_a_disk_that_is_full_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write_connection(MINE)

    def no_space(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(ConnectionFileError, match="No space left"):
        write_connection(replace(MINE, pid=1))
    assert read_connection() == MINE
    assert list(runtime_folder().iterdir()) == [connection_file()]


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.local/share/dynamic-style/run"),
        (
            "linux",  # as inside a Flatpak, which shares the home folder but moves these
            {"HOME": "/home/a", "XDG_DATA_HOME": "/home/a/.var/x", "XDG_RUNTIME_DIR": "/run/x"},
            "/home/a/.local/share/dynamic-style/run",
        ),
        (
            "darwin",
            {"HOME": "/Users/a"},
            "/Users/a/Library/Application Support/dynamic-style/run",
        ),
        ("win32", {"LOCALAPPDATA": "/c/a/Local"}, "/c/a/Local/dynamic-style/run"),
        ("win32", {"HOME": "/c/a"}, "/c/a/AppData/Local/dynamic-style/run"),
    ],
)
@posix_only
def test_each_system_has_its_folder(
    platform: str, variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (RUNTIME_VARIABLE, "LOCALAPPDATA", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(user_folders.sys, "platform", platform)  # type: ignore[attr-defined]
    assert runtime_folder() == Path(folder)
