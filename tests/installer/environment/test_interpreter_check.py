"""What the backend's Python lacks is said by name, Debian's packages included."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.version import VERSION
from installer.environment import interpreter_check
from installer.errors import BackendError, MachineError
from installer.origin import ROOT

from .. import stand_in_backend
from ..plugins import plugin_checkout


def test_every_dependency_of_the_project_is_asked_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert listed is not None
    names = set(re.findall(r'^ *"([A-Za-z0-9-]+)', listed[1], re.MULTILINE))
    optional = {"openvino", "tomli"}  # Debian has not the one; the other is for Python 3.10
    assert names - optional == set(interpreter_check.REQUIRED)


def test_this_interpreter_runs_the_backend() -> None:
    facts = interpreter_check.check_backend(Path(sys.executable))
    assert facts.version == VERSION
    assert facts.failed == {}
    assert facts.packs is not None and (facts.packs / "starry-night" / "pack.json").is_file()


def test_what_is_imported_is_the_whole_server() -> None:
    module = importlib.import_module(interpreter_check.SERVER)
    assert module.Server.__module__ == interpreter_check.SERVER


def test_backend_that_is_there_and_damaged_is_found(tmp_path: Path) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version=plugin_checkout.VERSION)
    backend = stand_in_backend.backend_folder(tmp_path / "environment")
    (backend / "server" / "server.py").write_text("from . import gone")
    with pytest.raises(BackendError, match=r"server\.server cannot be imported"):
        interpreter_check.check_backend(python)


def test_missing_debian_packages_are_named_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version="0.7.0")
    monkeypatch.setattr(interpreter_check, "system_python", lambda: python)
    site = stand_in_backend.site_packages(tmp_path / "environment")
    (site / "psutil.py").unlink()
    with pytest.raises(MachineError) as caught:
        interpreter_check.check_system_packages(ROOT)
    assert "sudo apt install" in str(caught.value)
    assert {"python3-torch", "python3-psutil"} <= set(str(caught.value).split())
    assert "python3-numpy" not in str(caught.value)


def test_debian_package_that_is_too_old_is_named_with_both_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version="0.7.0")
    monkeypatch.setattr(interpreter_check, "system_python", lambda: python)
    site = stand_in_backend.site_packages(tmp_path / "environment")
    for name in ("setuptools.py", "torch.py"):
        (site / name).touch()
    info = site / "torch-1.13.1+debian.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 1.13.1+debian\n")
    with pytest.raises(
        MachineError, match=r"python3-torch has 1\.13\.1\+debian, and 2\.6 is needed"
    ):
        interpreter_check.check_system_packages(ROOT)


def test_one_engine_is_enough_and_none_is_told(tmp_path: Path) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version=plugin_checkout.VERSION)
    site = stand_in_backend.site_packages(tmp_path / "environment")
    assert not interpreter_check.check_backend(python).has_torch
    (site / "openvino.py").write_text("raise AssertionError('it sends an event at its import')")
    assert not interpreter_check.check_backend(python).has_torch
    (site / "openvino.py").unlink()
    with pytest.raises(BackendError, match="torch cannot be imported"):
        interpreter_check.check_backend(python)
    (site / "torch.py").touch()
    assert interpreter_check.check_backend(python).has_torch


def test_backend_that_is_not_installed_is_told_from_one_that_is_broken(tmp_path: Path) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version=plugin_checkout.VERSION)
    assert interpreter_check.check_backend(python).version == plugin_checkout.VERSION
    site = stand_in_backend.site_packages(tmp_path / "environment")
    (site / "psutil.py").write_text("import no_such_module")
    with pytest.raises(BackendError, match="psutil cannot be imported"):
        interpreter_check.check_backend(python)
    (site / f"dynamic_style-{plugin_checkout.VERSION}.dist-info" / "METADATA").unlink()
    (site / f"dynamic_style-{plugin_checkout.VERSION}.dist-info" / "RECORD").unlink()
    (site / f"dynamic_style-{plugin_checkout.VERSION}.dist-info").rmdir()
    with pytest.raises(BackendError, match="is not installed in it"):
        interpreter_check.check_backend(python)


def test_running_backend_is_asked_to_end(tmp_path: Path) -> None:
    python = stand_in_backend.make(tmp_path / "environment", version="0.7.0")
    assert interpreter_check.stop_backend(python)
    asked = stand_in_backend.backend_folder(tmp_path / "environment") / "asked.txt"
    assert asked.read_text() == "stop\n"
    assert not interpreter_check.stop_backend(tmp_path / "no-python")
