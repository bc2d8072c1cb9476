"""An environment made without pip gets Python's own, whatever state the carried wheel is in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dynamic_style.installer.environment import seed_pip

EMPTY_ENVIRONMENT = ["-I", "-m", "venv", "--without-pip"]


@pytest.fixture
def python(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    subprocess.run([sys.executable, *EMPTY_ENVIRONMENT, str(folder)], check=True, timeout=60)
    return folder / "bin" / "python"


def version_of_pip(program: Path) -> str:
    done = subprocess.run(
        [program, "--version"], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return done.stdout


def test_pip_comes_from_the_wheel_that_python_carries(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = seed_pip.carried_wheel()
    assert wheel is not None
    version = wheel.name.split("-")[1]
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")  # where nobody answers
    assert seed_pip.seed_pip(python).returncode == 0
    folder = python.parent.parent
    sources, compiled = (len(list(folder.rglob(f"pip/**/*.{kind}"))) for kind in ("py", "pyc"))
    assert 0 < compiled < sources, "nothing is kept, or what nobody has used was compiled"
    told = version_of_pip(python.parent / "pip")
    assert told.startswith(f"pip {version} from {python.parent.parent}")


@pytest.mark.parametrize("state", ["missing", "damaged", "empty"])
def test_without_a_sound_wheel_ensurepip_does_it(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    wheel = tmp_path / "pip-99-py3-none-any.whl"
    if state == "empty":  # an archive of nothing
        wheel.write_bytes(b"PK\x05\x06" + bytes(18))
    else:
        wheel.write_bytes(b"not an archive")
    monkeypatch.setattr(seed_pip, "carried_wheel", lambda: None if state == "missing" else wheel)
    assert seed_pip.seed_pip(python).returncode == 0
    assert version_of_pip(python.parent / "pip").startswith("pip ")
