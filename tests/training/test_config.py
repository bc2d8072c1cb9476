"""Configs: every shipped one reads, and each mistake gets its own message."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import ConfigError
from dynamic_style.training.completion_config import read_completion_config
from dynamic_style.training.config import parse_config, read_config, task_of

from .conftest import CONFIGS, TINY


@pytest.mark.parametrize(
    "path", sorted(CONFIGS.rglob("*.toml")), ids=lambda path: str(path.relative_to(CONFIGS))
)
def test_shipped_config_reads_and_is_named_after_its_pack(path: Path) -> None:
    completion = task_of(path) == "completion"
    config, text = read_completion_config(path) if completion else read_config(path)
    assert config.pack.id == path.stem
    assert text == path.read_text(encoding="utf-8")


def _with(old: str, new: str) -> str:
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 10", "stepz = 10", "main: unknown key 'stepz'; did you mean 'steps'"),
        ("steps = 10", "steps = 10\nzzzzzz = 1", "known keys: objective, steps, learning_rate"),
        ("steps = 10", 'steps = "ten"', "main: steps is 'ten'; it must be of type int"),
        ("steps = 10", "steps = true", "main: steps is True; it must be of type int"),
        ("steps = 10", "steps = 0", "main.steps is 0; it must be above 0, or 0 with"),
        ("steps = 10\n", "", "main: 'steps' is missing; add it"),
        ("width = 4", "width = -4", "net.width is -4; it must be above 0"),
        ("crop_px = 32", "crop_px = 30", "data.crop_px is 30; take a multiple of 4"),
        ("stored_px = 48", "stored_px = 28", "data.stored_px \\(28\\) is below data.crop_px"),
        ("square_px = 32", "square_px = 49", r"data.measured_square_px \(49\) must be above 0"),
        ('"second_style"', '"third"', "dials\\[1\\]: kind is 'third'; it must be one of strength"),
        ('taps = ["up1"]', 'taps = "up1"', "dials\\[1\\]: taps should be a list, not 'up1'"),
        ('id = "second"', 'id = "strength"', "two dials are called 'strength'; rename one"),
        ("[main.objective]", "[main.objectiv]", "did you mean 'objective'"),
        ("seed = 7", "seed = ", "not valid TOML"),
        ("[run]", "[run]\nsafe = 1", "run: unknown key 'safe'"),
        ("zero_init = false", "safe_range = [0.0]", "safe_range should hold 2 values, not 1"),
    ],
)
def test_mistake_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(_with(old, new))


def test_value_in_place_of_a_table_is_named() -> None:
    with pytest.raises(ConfigError, match="net should be a table, not 4"):
        parse_config("net = 4\n" + _with("[net]\nwidth = 4\n", ""))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml' cannot be read"):
        read_config(tmp_path / "nothing.toml")
