"""Settings of completion: faces are read, and each mistake gets its own message."""

from __future__ import annotations

import pytest

from dynamic_style.training.completion.config import parse_config
from dynamic_style.training.errors import ConfigError

from ..conftest import CONFIGS, TINY_FILL


def test_faces_config_is_sound() -> None:
    text = (CONFIGS / "faces-fill.toml").read_text(encoding="utf-8")
    config = parse_config(text)
    assert config.data.layout == "celeba"
    assert config.pack.data_licence.note


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("crop_px = 32", "crop_px = 36", "multiple of 8"),
        ("measured_holes_px = [8, 12]", "measured_holes_px = [8, 32]", "measured_holes_px"),
        ("adversarial_weight = 0.05", "adversarial_wait = 0.05", "did you mean"),
        ("stored_px = 48", "stored_px = 24", "cannot be larger than the stored photo"),
        ("fills = 6", "fills = 0", "data.fills is 0"),
    ],
)
def test_unsound_settings_are_named(old: str, new: str, message: str) -> None:
    text = TINY_FILL.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ConfigError, match=message):
        parse_config(text.replace(old, new))
