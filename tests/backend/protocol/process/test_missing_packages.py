"""Who lacks PyTorch is given the command that adds it to the very environment that lacks it."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("kind", "extra", "command"),
    [
        (COPY, TRAINING, "python3 -m installer install --training"),
        (COPY, TORCH, "python3 -m installer install --torch"),
        (SYSTEM, TRAINING, "sudo apt install python3-torch"),
    ],
)
def test_an_environment_of_the_installer_is_added_to_by_it(
    folder: Path, kind: str, extra: str, command: str
) -> None:
    added_by = remedy(extra, made(folder, kind))
    assert (added_by.command, added_by.needs_copy) == (command, kind == COPY)


def test_the_checkouts_own_is_added_to_from_the_checkout(folder: Path) -> None:
    assert remedy(TORCH, made(folder, EDITABLE)).command == (
        f"cd {ROOT} && python3 -m installer demo --torch --venv {folder}"
    )


def test_a_python_of_the_users_own_is_added_to_by_pip(folder: Path) -> None:
    python = folder / "bin" / "python"
    assert remedy(TRAINING, python).command == f'"{python}" -m pip install torch'
    (folder / RECORD_NAME).write_text("[" * 100_000)  # not the installer's any more
    assert remedy(TORCH, python).command == f'"{python}" -m pip install torch'


def test_the_record_is_the_one_that_the_installer_writes() -> None:
    assert RECORD_NAME == installers.RECORD_NAME
