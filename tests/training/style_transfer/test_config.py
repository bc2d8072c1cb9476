"""Each mistake in a config gets its own message."""

from __future__ import annotations

import pytest

from dynamic_style.training.errors import ConfigError
from dynamic_style.training.style_transfer.config import parse_config

from ..conftest import TINY


def _with(old: str, new: str) -> str:
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 10", "stepz = 10", "main: unknown key 'stepz'; did you mean 'steps'"),
        ("steps = 10", "steps = 10\nzzzzzz = 1", "known keys: steps, learning_rate, objective"),
        (
            "steps = 10",
            'steps = "ten"',
            "steps is 'ten'; it must be a whole number, without quotes",
        ),
        ("steps = 10", "steps = 1.5", r"main: steps is 1\.5; it must be a whole number$"),
        ("= 100.0", '= "100"', "style_weight is '100'; it must be a number, without quotes"),
        ("= 100.0", "= [100]", r"style_weight is \[100\]; it must be a number$"),
        ("= false", '= "no"', "zero_init is 'no'; it must be true or false, without quotes"),
        ("= false", "= 0", "zero_init is 0; it must be true or false$"),
        ('id = "tiny"', "id = 7", "pack: id is 7; it must be text in quotes"),
        ('= ["up1"]', "= [1]", r"taps\[0\] is 1; it must be text in quotes"),
        ("steps = 10", "steps = true", "main: steps is true; it must be a whole number$"),
        ("steps = 10", "steps = 0", "main.steps is 0; it must be above 0, or 0 with"),
        ("steps = 10\n", "", "main: 'steps' is missing; add it"),
        ("width = 4", "width = -4", "net.width is -4; it must be above 0"),
        ("crop_px = 32", "crop_px = 30", "data.crop_px is 30; take a multiple of 4"),
        ("stored_px = 48", "stored_px = 28", "data.stored_px \\(28\\) is below data.crop_px"),
        (
            "square_px = 32",
            "square_px = 49",
            r"data.measured_square_px \(49\) must be a multiple of 4",
        ),
        ('"second_style"', '"third"', "dials\\[1\\]: kind is 'third'; it must be one of strength"),
        ('taps = ["up1"]', 'taps = "up1"', "dials\\[1\\]: taps is 'up1'; it must be a list"),
        ('id = "second"', 'id = "strength"', "two dials are called 'strength'; rename one"),
        ("[main.objective]", "[main.objectiv]", "did you mean 'objective'"),
        ("seed = 7", "seed = ", "not valid TOML"),
        ("[run]", "[run]\nsafe = 1", "run: unknown key 'safe'"),
        ("zero_init = false", "safe_range = [0.0]", "safe_range should hold 2 values, not 1"),
        ("style_px = 32", "style_px = -5", r"main\.objective\.style_px is -5; it must be 16 or"),
        ("style_px = 32", "style_px = 0", r"main\.objective\.style_px is 0; it must be 16 or more"),
        ("style_px = 32", "style_px = 99999", r"style_px is 99999; it must be at most 4096"),
        ("weight = 100.0", "weight = -100.0", r"style_weight is -100\.0; it must be above 0"),
        ("weight = 100.0", "weight = 0", r"style_weight is 0\.0; it must be above 0"),
        ("weight = 100.0", "weight = nan", r"style_weight is nan; it must be a finite number"),
        ("weight = 100.0", "weight = inf", r"style_weight is inf; it must be a finite number"),
        ("weight = 100.0", f"weight = 1{'0' * 400}", r"style_weight is inf; it must be a finite"),
        (
            "weight = 1.0",
            "weight = -1.0",
            r"dials\.strength\.lower\.style_weight is -1\.0; it must",
        ),
        ("steps = 6", "steps = 0", r"dials\.strength\.steps is 0; it must be above 0"),
        (
            "steps = 6",
            "steps = 6\nlearning_rate = -1e-3",
            r"strength\.learning_rate is -0\.001; it",
        ),
        ("steps = 10", "steps = -1", r"main\.steps is -1; it must be above 0, or 0 with"),
        ("steps = 10", "steps = 10\nlearning_rate = 0.0", r"main\.learning_rate is 0\.0; it must"),
        ("seed = 7", "seed = -1", "seed is -1; it must be 0 or more"),
        ("batch = 2", "batch = 0", r"data\.batch is 0; it must be above 0"),
        ("batch = 2", "batch = 1000000000", r"data\.batch is 1000000000; it must be at most 4096"),
        ("width = 4", "width = 500", r"net\.width is 500; it must be at most 128"),
        ("square_px = 32", "square_px = 30", r"measured_square_px \(30\) must be a multiple of 4"),
        ("steps = 5", "steps = 0", r"run\.sample_every_steps is 0; it must be above 0"),
        ("photos = 1", "photos = 0", r"run\.sample_photos is 0; it must be above 0"),
        ("sample_px = 48", "sample_px = 0", r"run\.sample_px is 0; it must be 16 or more"),
        (
            "[run]",
            "[run]\ncheckpoint_every_s = -1",
            r"checkpoint_every_s is -1\.0; it must be 0 or",
        ),
        ("one.png", "a\\u0000b", "style is 'styles/a.*'; it must not hold control"),
    ],
)
def test_mistake_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(_with(old, new))


def test_value_in_place_of_a_table_is_named() -> None:
    with pytest.raises(ConfigError, match="net is 4; it must be a table"):
        parse_config("net = 4\n" + _with("[net]\nwidth = 4\n", ""))
