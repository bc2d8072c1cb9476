"""Settings of face generation: shipped ones are sound, and each mistake gets its own message."""

from __future__ import annotations

import pytest

from dynamic_style.training.errors import ConfigError
from dynamic_style.training.face_generation.config import parse_config

from ..conftest import CONFIGS, TINY_FACES


def test_the_copy_of_celeba_is_described_by_the_same_keys() -> None:
    avatars = parse_config((CONFIGS / "avatars.toml").read_text(encoding="utf-8"))
    celeba = parse_config((CONFIGS / "celeba-faces.toml").read_text(encoding="utf-8"))
    assert (avatars.data.layout, celeba.data.layout) == ("arrays", "celeba")
    assert [dial.id for dial in avatars.dials] == ["hair", "length", "beard"]
    assert (avatars.main.steps, {dial.steps for dial in avatars.dials}) == (3000, {700})
    assert (avatars.net.width, avatars.data.batch) == (64, 64)
    for config in (avatars, celeba):
        assert config.pack.data_licence.author


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('attribute = "blond"', 'attribute = "blonde"', "dials.hair.attribute is 'blonde'"),
        ('required_attributes = ["blond"]', 'required_attributes = ["beard", "blond"]',
         "dials.hair requires 'beard' and excludes it"),
        ("batch = 4", "batch = 4\ncrop_px = 128\nstored_px = 128", "makes faces of 64"),
        ("working_size_px = 64", "working_size_px = 128", "pack.working_size_px is 128"),
        ("discriminator_width = 2", "discriminator_wide = 2", "did you mean"),
        ('measured_layers = ["relu1_2"]', "measured_layers = []", "at least one layer"),
    ],
)  # fmt: skip
def test_unsound_settings_are_named(old: str, new: str, message: str) -> None:
    text = TINY_FACES.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ConfigError, match=message):
        parse_config(text.replace(old, new))
