"""Pipes where the installer's files belong: opening one would wait for whoever writes to it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from installer.atomic_file import write_atomically
from installer.environment.record import RECORD_NAME, Environment, read_record

from .. import made_up_home, mini_checkout, stand_in_backend
from . import plugin_checkout

pytestmark = [
    pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S),
    pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere"),
]

RECEIPT = ".config/dynamic-style/installed.json"
BACKEND_RECORD = ".config/dynamic-style/backend.json"
PLUGIN_FILE = ".local/share/krita/pykrita/dynamic_style_krita/__init__.py"


class Installed:
    """A home with everything installed."""

    def __init__(self, folder: Path) -> None:
        self.project = plugin_checkout.make(folder / "checkout")
        self.home = made_up_home.make(folder / "home")
        made = stand_in_backend.make(folder / "backend", version=plugin_checkout.VERSION)
        self.backend = str(made)
        assert self.run("install", "--backend", self.backend) == (0, "")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard error."""
        done = made_up_home.run(self.project, self.home, *arguments)
        return done.returncode, done.stderr

    def put_pipe(self, name: str) -> None:
        (self.home / name).unlink()
        os.mkfifo(self.home / name)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


@pytest.mark.parametrize("name", [RECEIPT, ".config/kritarc"])
def test_what_has_to_be_read_is_named_at_once(installed: Installed, name: str) -> None:
    installed.put_pipe(name)
    code, said = installed.run("uninstall")
    assert code == 1
    assert f"{installed.home / name} cannot be read (it is no plain file)" in said


def test_what_install_writes_is_written_anew(installed: Installed) -> None:
    installed.put_pipe(BACKEND_RECORD)
    assert installed.run("install", "--backend", installed.backend) == (0, "")
    record = json.loads((installed.home / BACKEND_RECORD).read_text())
    assert record["interpreter"] == installed.backend


@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.symlink_to("precious")])
def test_what_is_written_takes_no_way_that_others_have_laid(
    tmp_path: Path, put: Callable[[Path], None]
) -> None:
    (tmp_path / "precious").write_text("mine")
    put(tmp_path / "file.dynamic-style-part")
    write_atomically(tmp_path / "file", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "precious"]
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("name", [RECEIPT, BACKEND_RECORD, PLUGIN_FILE, ".config/kritarc"])
def test_the_doctor_finds_it(installed: Installed, name: str) -> None:
    installed.put_pipe(name)
    code, said = installed.run("doctor")
    assert (code, said) == (1, "")


def test_an_environments_record_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / RECORD_NAME)
    assert read_record(Environment(tmp_path, tmp_path, "copy")) is None
