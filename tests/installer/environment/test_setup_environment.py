"""`install` makes an environment that holds a copy, so that the checkout may go.

The wheel is a stand-in that a build backend of a few lines makes; venv and pip are the real ones.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from installer.environment import record, setup
from installer.errors import PipError

from .. import made_up_home, mini_checkout, stand_in_backend
from ..made_up_home import tree
from ..plugins import plugin_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

PYPROJECT = """\
[build-system]
requires = []
build-backend = "stand_in_build"
backend-path = ["backend"]

[project]
name = "dynamic-style"
version = "0.7.0"
dependencies = []
"""
BUILD = """\
import pathlib, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    packages = pathlib.Path("weights")
    info = "dynamic_style-0.7.0.dist-info"
    name = "dynamic_style-0.7.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        for path in sorted(packages.rglob("*")):
            wheel.write(path, path.relative_to(packages).as_posix())
        wheel.writestr(f"{info}/WHEEL",
                       "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/METADATA",
                       "Metadata-Version: 2.1\\nName: dynamic-style\\nVersion: 0.7.0\\n")
        wheel.writestr(f"{info}/entry_points.txt",
                       "[console_scripts]\\ndynamic-style = dynamic_style.backend.cli.main:main\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
DATA = ".local/share/dynamic-style"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `weights` hold what the wheel shall install."""
    root = plugin_checkout.make(tmp_path / "checkout")
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend" / "stand_in_build.py").write_text(BUILD)
    (root / "weights").mkdir()
    stand_in_backend.fill(root / "weights", version="0.7.0")
    for info in (root / "weights").glob("*.dist-info"):  # a wheel may hold one, its own
        shutil.rmtree(info)
    return root


def install(checkout: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = made_up_home.run(checkout, home, "install", "--gimp", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_environment_outlives_the_checkout_and_goes_with_uninstall(
    checkout: Path, tmp_path: Path
) -> None:
    home = made_up_home.make(tmp_path / "home")
    before, sources = tree(home), tree(checkout)
    install(checkout, home)
    changed = {name for name, seen in tree(checkout).items() if sources.get(name) != seen}
    assert not [name for name in changed if "__pycache__" not in name], "the build left files"

    python = Path(
        json.loads((home / ".config/dynamic-style/backend.json").read_text())["interpreter"]
    )
    assert python == home / DATA / "environment" / "bin" / "python"
    again = install(checkout, home)
    assert "Installing" not in again.stdout

    backend = checkout / "weights" / "dynamic_style" / "backend"
    with (backend / "server" / "server.py").open("a") as file:
        file.write("NEWER = True\n")
    install(checkout, home)  # changed, though its version is the same
    kept = tmp_path / "elsewhere"
    checkout.rename(kept)
    code = "from dynamic_style.backend.server.server import NEWER"
    assert subprocess.run([python, "-I", "-c", code], check=False).returncode == 0
    asked = stand_in_backend.backend_folder(home / DATA / "environment") / "asked.txt"
    assert asked.read_text() == "stop\n", "the old backend was to be ended before its files change"

    assert made_up_home.run(kept, home, "uninstall").returncode == 0
    shutil.rmtree(home / ".cache", ignore_errors=True)  # pip's
    assert tree(home) == before


def test_what_was_added_outlives_a_set_up_that_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's Python is gone, so it is made anew, and pip fails."""
    root = plugin_checkout.make(tmp_path / "checkout")
    (root / "pyproject.toml").write_text(PYPROJECT)
    environment = setup.Environment(root, tmp_path / "environment")
    ready = record.wanted_record(environment, ("training",))
    environment.folder.mkdir()
    record.write_record(environment, ready)

    def fail(*arguments: object, **options: object) -> None:
        raise PipError("no network")

    monkeypatch.setattr(setup.torch_builds, "install_fitting_build", lambda *_, **__: False)
    monkeypatch.setattr(setup.pip, "install", fail)
    for _ in range(2):
        with pytest.raises(PipError, match="no network"):
            setup.make_ready(environment, extras=(), report=print, status=print)
        assert setup.kept_extras(environment) == ("training",)


def test_what_was_added_is_added_to_an_environment_elsewhere_too(
    checkout: Path, tmp_path: Path
) -> None:
    """The wheel's extra is empty, so that nothing has to be downloaded."""
    home, other = made_up_home.make(tmp_path / "home"), tmp_path / "other"
    install(checkout, home, "--training")
    said = install(checkout, home, "--venv", str(other), "--dry-run").stdout
    assert f"make {other}, an environment for the backend with training" in said
    install(checkout, home, "--venv", str(other))
    assert not (home / DATA / "environment").exists()
    assert json.loads((other / "dynamic-style.json").read_text())["extras"] == ["training"]
    assert "Installing" not in install(checkout, home).stdout
