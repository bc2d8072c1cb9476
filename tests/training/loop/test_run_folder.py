"""A run's folder is usable and belongs to one config, or is left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.errors import CheckpointError
from dynamic_style.training.loop.run_folder import keep_config


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_unusable_run_folder_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    folder = tmp_path / "taken" / ("" if kind == "a file" else "run")
    with pytest.raises(CheckpointError, match=r"run folder '.*taken.*' cannot be used"):
        keep_config(folder / "config.toml", "seed = 1")
    assert (tmp_path / "taken").read_text() == "mine"


def test_config_of_a_run_that_is_no_text_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff")
    (tmp_path / "checkpoint.pt").write_bytes(b"steps that are done")
    with pytest.raises(CheckpointError, match="holds a run of another config"):
        keep_config(tmp_path / "config.toml", "seed = 1")
    assert (tmp_path / "config.toml").read_bytes() == b"\xff"
