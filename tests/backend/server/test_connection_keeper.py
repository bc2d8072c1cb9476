"""The connection file of a living backend comes back, whatever became of it."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import ConnectionFileError
from dynamic_style.backend.protocol.process.connection_file import (
    Connection,
    connection_file,
    read_connection,
    write_connection,
)
from dynamic_style.backend.server.instance_lock import FILE_NAME, only_instance
from dynamic_style.backend.server.transport import connection_keeper
from dynamic_style.backend.server.transport.connection_keeper import ConnectionKeeper

from ..servers import ticks

MINE = Connection("tcp://127.0.0.1:40123", bytes(range(32)), 4711, 1, "0.1.0")
OTHER = Connection("tcp://127.0.0.1:40124", bytes(32), 4712, 1, "0.1.0")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_keeper, "CHECK_S", 0.02)


@pytest.fixture
def keeper(runtime_folder: Path) -> Iterator[ConnectionKeeper]:
    with only_instance() as lock:
        assert lock is not None
        kept = ConnectionKeeper(MINE, lock)
        yield kept
        kept.close()


def is_back() -> bool:
    for _ in ticks(10):
        try:
            if read_connection() == MINE:
                return True
        except ConnectionFileError:
            pass
    return False


def change_key() -> None:
    members = json.loads(connection_file().read_text())
    connection_file().write_text(json.dumps({**members, "key": "00" * 32}))


HARM: dict[str, Callable[[], object]] = {
    "removed": lambda: connection_file().unlink(),
    "damaged": lambda: connection_file().write_bytes(b"\0" * 100),
    "empty": lambda: connection_file().write_bytes(b""),
    "an old one": change_key,
    "another's": lambda: write_connection(OTHER),
    "open to others": lambda: connection_file().chmod(0o644),
    "a link": lambda: (
        connection_file()
        .rename(connection_file().with_name("x"))
        .with_name("backend.json")
        .symlink_to("x")
    ),
    "without its folder": lambda: shutil.rmtree(connection_file().parent, ignore_errors=True),
}


@posix_only
@pytest.mark.usefixtures("keeper")
@pytest.mark.parametrize("harm", HARM.values(), ids=[name.replace(" ", "-") for name in HARM])
def test_the_file_comes_back(harm: Callable[[], object]) -> None:
    for _ in range(2):
        harm()
        assert is_back()


@pytest.mark.usefixtures("keeper")
def test_what_cannot_be_mended_is_mended_when_it_can_be(runtime_folder: Path) -> None:
    for _ in ticks(10):
        connection_file().unlink()
        with contextlib.suppress(FileExistsError):  # the keeper was quicker
            connection_file().mkdir()
            break
    for _ in ticks(0.2):
        assert connection_file().is_dir()
    connection_file().rmdir()
    assert is_back()


def test_in_the_end_the_file_goes_and_stays_away(keeper: ConnectionKeeper) -> None:
    keeper.close()
    for _ in ticks(0.1):
        assert read_connection() is None
    keeper.close()


@posix_only
@pytest.mark.usefixtures("keeper")
def test_a_later_backend_whose_lock_it_is_keeps_its_file(
    runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock's file was removed as well, and another backend was quicker."""
    for _ in ticks(10):
        (runtime_folder / FILE_NAME).unlink(missing_ok=True)
        with only_instance() as lock:
            if lock is None:
                continue  # the keeper was quicker
            write_connection(OTHER)
            for _ in ticks(0.2):
                assert read_connection() == OTHER
            return
    raise AssertionError("the lock was never free")


@posix_only
@pytest.mark.usefixtures("keeper")
def test_a_lock_whose_file_was_removed_is_taken_anew(runtime_folder: Path) -> None:
    (runtime_folder / FILE_NAME).unlink()
    for _ in ticks(10):
        if (runtime_folder / FILE_NAME).exists():
            break
    with only_instance() as lock:
        assert lock is None
