"""The environment is made, kept, mended and never mistaken for somebody else's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from installer import preflight
from installer.cli import main
from installer.lock import file_lock

from .. import mini_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

RECORD = Path(".venv", "dynamic-style.json")
IMPORTED_AS_MISSING = """\
import runpy, sys
sys.modules[{module!r}] = None
sys.argv = ["installer", "demo"]
runpy.run_module("installer", run_name="__main__")
"""


def test_second_run_starts_no_pip(ready_checkout: Path) -> None:
    log = ready_checkout / ".venv" / "pip.log"
    before = log.stat().st_mtime_ns
    done = mini_checkout.run(ready_checkout, "demo")
    assert "no shipped packs found" in done.stderr
    assert done.stdout == ""
    assert log.stat().st_mtime_ns == before


def test_changed_project_is_installed_into_the_same_venv(ready_checkout: Path) -> None:
    kept = ready_checkout / ".venv" / "kept"
    kept.touch()
    with (ready_checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# a change\n")
    done = mini_checkout.run(ready_checkout, "demo")
    assert "Installing the packages" in done.stdout
    assert kept.exists()
    assert "Installing" not in mini_checkout.run(ready_checkout, "demo").stdout


def test_test_command_adds_its_extra_and_passes_the_exit_code_on(ready_checkout: Path) -> None:
    done = mini_checkout.run(ready_checkout, "test", "-k", "some words", "tests/backend")
    assert done.returncode == 3
    assert "'loadfile', '-k', 'some words', 'tests/backend']" in done.stdout
    assert json.loads((ready_checkout / RECORD).read_text())["extras"] == ["dev"]


def test_tests_run_on_all_cores_unless_told_otherwise(ready_checkout: Path) -> None:
    asked = mini_checkout.run(ready_checkout, "test")
    assert "pytest got ['-n', 'logical', " in asked.stdout
    asked = mini_checkout.run(ready_checkout, "test", "-p", "no:xdist")
    assert "pytest got ['-p', 'no:xdist']" in asked.stdout


def test_moved_or_killed_set_up_is_mended(one_ready_checkout: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(one_ready_checkout, moved, symlinks=True)
    (moved / ".venv" / "pyvenv.cfg").unlink()
    with subprocess.Popen(
        mini_checkout.command("demo"),
        cwd=moved,
        env=mini_checkout.variables({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,
    ) as first:
        assert first.stdout is not None
        assert "the checkout or the environment was moved" in first.stdout.readline()
        deadline = time.monotonic() + mini_checkout.TIMEOUT_S
        while not (moved / ".venv" / "pyvenv.cfg").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGKILL)
    assert json.loads((moved / RECORD).read_text())["state"] == "unfinished"

    second = mini_checkout.run(moved, "demo")
    assert "an earlier set-up did not get to its end" in second.stdout
    assert "no shipped packs found" in second.stderr
    assert str(one_ready_checkout) not in (moved / ".venv" / "bin" / "dynamic-style").read_text()


def test_foreign_folder_is_left_alone(checkout: Path) -> None:
    precious = checkout / ".venv" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("mine")
    done = mini_checkout.run(checkout, "demo")
    assert done.returncode == 1
    assert "this installer did not make it" in done.stderr
    assert [p.name for p in precious.parent.iterdir()] == ["precious.txt"]


def test_second_set_up_waits_for_the_first(ready_checkout: Path) -> None:
    with (ready_checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# a change\n")
    with (
        file_lock(ready_checkout / "pyproject.toml", report=print),
        subprocess.Popen(
            mini_checkout.command("demo"),
            cwd=ready_checkout,
            env=mini_checkout.variables({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        ) as second,
    ):
        assert second.stdout is not None
        assert "Another set-up" in second.stdout.readline()
        second.kill()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_venv_module_names_the_debian_package(checkout: Path, module: str) -> None:
    code = IMPORTED_AS_MISSING.format(module=module)
    done = mini_checkout.run(checkout, python=[sys.executable, "-c", code])
    assert done.returncode == 1
    assert f"lacks the module {module}" in done.stderr
    assert "sudo apt install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_old_python_is_told_so(checkout: Path) -> None:
    code = "import runpy, sys; sys.version_info = (3, 6, 9, 'final', 0); sys.argv = ['installer']; "
    code += "runpy.run_module('installer', run_name='__main__')"
    done = mini_checkout.run(checkout, python=[sys.executable, "-c", code])
    assert done.returncode == 1
    assert "this is Python 3.6" in done.stderr
    assert "needs Python 3.10 or newer" in done.stderr


def test_folder_can_be_started_from_anywhere(ready_checkout: Path, tmp_path: Path) -> None:
    python = [sys.executable, str(ready_checkout / "installer")]
    done = mini_checkout.run(tmp_path, "demo", python=python)
    assert "no shipped packs found" in done.stderr


def test_full_disk_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**8))
    folder = tmp_path / "venv"
    for extra, needed in (
        ([], "needs 0.5 GB."),
        (["--torch"], "needs 1.5 GB (most of it PyTorch)"),
    ):
        assert main(["demo", "--venv", str(folder), *extra]) == 1
        message = capsys.readouterr().err
        assert "0.1 GB are free" in message
        assert needed in message
        assert not folder.exists()


def test_too_little_room_for_cuda_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage(10**12, 0, 10**10))
    assert preflight.note_on_cuda(tmp_path / "not" / "made") is None
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage(10**12, 0, 2 * 10**9))
    told = preflight.note_on_cuda(tmp_path / "not" / "made") or ""
    assert told.startswith(f"2.0 GB are free at {tmp_path}, and PyTorch's build for NVIDIA's GPUs")


def test_read_only_checkout_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(preflight.tempfile, "TemporaryFile", refuse)
    folder = tmp_path / "venv"
    assert main(["demo", "--venv", str(folder)]) == 1
    assert "cannot be written to (Read-only file system)" in capsys.readouterr().err
    assert not folder.exists()


def test_newer_python_than_the_pinned_engines_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert preflight.check_python() is None
    monkeypatch.setattr(preflight, "NEWEST_PYTHON", (3, 9))
    assert "newer than any that the pinned OpenVINO and PyTorch have builds for" in (
        preflight.check_python() or ""
    )
