"""A folder and files of the user's alone: nothing goes through what others have planted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import BackendError, ConnectionFileError
from dynamic_style.backend.protocol.process import user_folders
from dynamic_style.backend.protocol.process.own_files import make_own_folder, open_own

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes and owners")

ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def test_a_file_is_made_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "run"
    make_own_folder(folder)
    os.close(open_own(folder / "log", ANEW))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "log").stat().st_mode & 0o777 == 0o600


def test_a_file_of_the_users_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("old")
    os.close(open_own(tmp_path / "log", ANEW))
    assert (tmp_path / "log").read_text() == ""


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("precious")
    (tmp_path / "log").symlink_to(tmp_path / "thesis")
    (tmp_path / "new").symlink_to(tmp_path / "made")
    for name in ("log", "new"):
        with pytest.raises(ConnectionFileError, match="a link"):
            open_own(tmp_path / name, ANEW)
    assert (tmp_path / "thesis").read_text() == "precious"
    assert not (tmp_path / "made").exists()


def test_another_users_file_is_not_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").write_text("precious")
    real = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    with pytest.raises(ConnectionFileError, match="belongs to user"):
        open_own(tmp_path / "log", ANEW)
    assert (tmp_path / "log").read_text() == "precious"


def test_a_pipe_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log", 0o600)
    with pytest.raises(ConnectionFileError, match="log"):
        open_own(tmp_path / "log", ANEW)
    with pytest.raises(ConnectionFileError, match="not a plain file"):
        open_own(tmp_path / "log", os.O_RDONLY)


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(
        ConnectionFileError, match=r"run: not a plain folder.*name a folder of your"
    ):
        make_own_folder(tmp_path / "run")


def test_nobody_is_told_to_close_a_folder_that_others_use(tmp_path: Path) -> None:
    """As /tmp is, which a variable may name by mistake."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o777)
    told = rf"mode 777\); name a folder of your own in {user_folders.RUNTIME_VARIABLE} or"
    with pytest.raises(ConnectionFileError, match=told):
        make_own_folder(tmp_path / "run")


def test_a_relative_folder_is_the_same_one_wherever_a_program_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(user_folders.RUNTIME_VARIABLE, "run")
    monkeypatch.setenv(user_folders.CONFIG_VARIABLE, "../config")
    assert user_folders.runtime_folder() == tmp_path / "run"
    assert user_folders.config_folder().is_absolute()


@pytest.mark.parametrize("home", ["me", "./me", "."])
def test_a_relative_home_is_named(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (user_folders.RUNTIME_VARIABLE, user_folders.CONFIG_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", home)
    with pytest.raises(ConnectionFileError, match="set HOME to its whole path"):
        user_folders.runtime_folder()
    with pytest.raises(BackendError, match="set HOME to its whole path"):
        user_folders.config_folder()
