"""What `install` says of PyTorch: where a GPU would use it, and where it cannot be added."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .. import made_up_home, mini_checkout, stand_in_backend
from . import plugin_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plugin_checkout.make(tmp_path / "checkout")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return made_up_home.make(tmp_path / "home")


@pytest.fixture
def backend(tmp_path: Path) -> str:
    """Without PyTorch."""
    return str(stand_in_backend.make(tmp_path / "backend", version=plugin_checkout.VERSION))


def test_a_gpu_is_told_with_what_would_use_it(
    project: Path, home: Path, backend: str, tmp_path: Path
) -> None:
    (tmp_path / "nvidia-smi").touch(mode=0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"}
    done = made_up_home.run(project, home, "install", "--backend", backend, **path)
    assert "NVIDIA GPU (it takes some GB" in done.stdout
    assert "python3 -m installer install --torch" in done.stdout


@pytest.mark.parametrize(
    ("other", "says"), [("--backend", "-m pip install torch"), ("--system-packages", "leave one")]
)
def test_extras_go_into_no_environment_but_the_installers(
    project: Path, home: Path, backend: str, other: str, says: str
) -> None:
    words = [other, backend] if other == "--backend" else [other]
    before = made_up_home.tree(home)
    done = made_up_home.run(project, home, "install", "--training", *words)
    assert done.returncode == 1
    assert says in done.stderr
    assert made_up_home.tree(home) == before
