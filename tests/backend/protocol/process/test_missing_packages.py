"""Who lacks PyTorch is given the command that adds it to the very environment that lacks it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.process.missing_packages import (
    RECORD_NAME,
    TORCH,
    TRAINING,
    remedy,
)
from installer.environment import record as installers
from installer.environment.record import COPY, EDITABLE, SYSTEM, Environment

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "environment").mkdir()
    return tmp_path / "environment"


def made(folder: Path, kind: str, root: Path = ROOT) -> Path:
    """The Python of an environment as the installer records it."""
    environment = Environment(root, folder, kind)
    installers.write_record(environment, installers.wanted_record(environment, ()))
    return environment.python


@pytest.mark.parametrize("extra", [TORCH, TRAINING])
def test_an_environment_that_outlives_its_checkout_is_added_to_by_itself(
    folder: Path, extra: str
) -> None:
    python = made(folder, COPY)
    assert remedy(extra, python) == f'"{python}" -m dynamic_style.backend setup --{extra}'


def test_debians_pytorch_comes_from_debian(folder: Path) -> None:
    assert remedy(TRAINING, made(folder, SYSTEM)) == "sudo apt install python3-torch"


def test_the_checkouts_own_is_added_to_from_the_checkout(folder: Path) -> None:
    assert remedy(TORCH, made(folder, EDITABLE)) == (
        f"cd {ROOT} && python3 -m installer demo --torch --venv {folder}"
    )


def test_a_python_of_the_users_own_is_added_to_by_its_setup(folder: Path) -> None:
    python = folder / "bin" / "python"
    command = f'"{python}" -m dynamic_style.backend setup --torch'
    assert remedy(TORCH, python) == command
    (folder / RECORD_NAME).write_text("[" * 100_000)  # not the installer's any more
    assert remedy(TORCH, python) == command
    if sys.platform != "win32":
        (folder / RECORD_NAME).unlink()
        os.mkfifo(folder / RECORD_NAME)
        assert remedy(TORCH, python) == command


def test_the_record_is_the_one_that_the_installer_writes() -> None:
    assert RECORD_NAME == installers.RECORD_NAME
