"""The config that `new` writes: what it holds for which machine, painting and number of photos."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from dynamic_style.training.errors import ConfigError, DatasetError
from dynamic_style.training.new_pack.config_text import to_toml
from dynamic_style.training.new_pack.painting import (
    choose_other_px,
    choose_style_px,
    read_painting,
)
from dynamic_style.training.new_pack.recipe import (
    FULL,
    QUALITIES,
    SMALL,
    Recipe,
    Sizes,
    build_config,
    choose_sizes,
    describe_pack,
    list_dials,
    read_licence,
)
from dynamic_style.training.photos.gathering import Gathered
from dynamic_style.training.settings import LicenceText
from dynamic_style.training.style_transfer.config import StyleConfig, parse_config

from ..conftest import draw_picture


def build(
    recipe: Recipe | None = None, *, title: str = "Waves", short_px: int = 640, photos: int = 900
) -> StyleConfig:
    painting = read_licence("public domain", what="painting", author="A. Painter, 1889")
    pack = describe_pack("waves", title, makers="", weights="CC-BY-4.0", painting=painting)
    return build_config(
        recipe or Recipe(),
        FULL,
        pack=pack,
        painting="painting.jpg",
        short_px=short_px,
        photos=Gathered(photos, 40),
    )


@pytest.mark.parametrize("quality", QUALITIES)
def test_config_as_text_is_read_back_as_it_was(quality: str) -> None:
    config = build(Recipe(quality, ("strength", "scale"), 32), title='"Wéllen" \\ 波\t')
    assert parse_config(to_toml(config, comment="made for a test")) == config


def test_both_dials_have_the_same_main_net_s_losses() -> None:
    config = build(Recipe(dials=("strength", "scale")))
    strength, scale = config.dials
    main = config.main.objective
    assert (main.style_weight, main.style_px) == (5.0, 384)
    assert (strength.higher.style_weight, strength.higher.style_px) == (50.0, 384)
    assert (scale.higher.style_weight, scale.higher.style_px) == (5.0, 640)
    assert config.loss.normalisation == "target"


@pytest.mark.parametrize(
    ("short_px", "style_px", "other_px"), [(4000, 384, 640), (640, 384, 640), (500, 384, 192)]
)
def test_painting_is_seen_at_the_size_of_its_strokes(
    short_px: int, style_px: int, other_px: int
) -> None:
    assert choose_style_px(short_px, wanted_px=384) == style_px
    assert choose_other_px(short_px, style_px) == other_px


def test_small_painting_is_enlarged_by_half_at_most() -> None:
    assert build(short_px=200).main.objective.style_px == 300


@pytest.mark.parametrize(
    ("photos", "squares"), [(9, 16), (30, 14), (39, 11), (200, 2), (400, 1), (960, 1)]
)
def test_more_squares_are_cut_where_photos_are_few(photos: int, squares: int) -> None:
    assert build(photos=photos).data.squares_per_photo == squares


def test_crops_are_smaller_where_steps_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Sizes] = []
    for names in ({"avx512_bf16": True}, {"avx2": True}):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda names=names: names)
        found.append(choose_sizes(Recipe(), torch.device("cpu")))
    assert found == [FULL, SMALL]
    assert SMALL.crop < FULL.crop


@pytest.mark.parametrize(
    ("text", "said"),
    [("warmth", "'warmth' is unknown"), ("strength,strength", "twice"), ("strength,", "''")],
)
def test_dials_that_there_are_not_are_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        list_dials(text)


def test_licences_are_identifiers_or_sentences_or_said_to_be_missing() -> None:
    assert read_licence("CC0-1.0", what="pack") == LicenceText(spdx="CC0-1.0")
    sentence = read_licence("public domain: he died in 1890", what="painting", author="V. v. G.")
    assert sentence == LicenceText(note="public domain: he died in 1890", author="V. v. G.")
    assert read_licence("https://example.org/terms", what="pack").spdx == ""
    assert "has not stated the painting's licence" in read_licence("", what="painting").note


def test_paintings_to_learn_nothing_from_are_refused(tmp_path: Path) -> None:
    draw_picture(tmp_path / "good.png", seed=1, side=200)
    assert read_painting(tmp_path / "good.png", least_px=192).short_px == 200
    draw_picture(tmp_path / "small.png", seed=1, side=191)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (300, 300), "teal").save(tmp_path / "flat.png")
    for name, said in {
        "small.png": "is 191 x 191 pixels; its short side must have 192.*scan it again",
        "broken.png": "not a picture that can be read",
        "flat.png": "is of one colour",
        "none.png": "is not there or no file",
        ".": "is not there or no file",
    }.items():
        with pytest.raises(DatasetError, match=rf"painting '.*' ?.*{said}"):
            read_painting(tmp_path / name, least_px=192)
