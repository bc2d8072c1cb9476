"""What a pilot is like, and what is made of its losses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.errors import TrainingError
from dynamic_style.training.new_pack.config_text import to_toml
from dynamic_style.training.new_pack.pilot import (
    EXPECTED,
    adjust_lambdas,
    make_pilot,
    read_style_loss,
)
from dynamic_style.training.new_pack.recipe import (
    FULL,
    Recipe,
    build_config,
    describe_pack,
    read_licence,
)
from dynamic_style.training.photos.gathering import Gathered
from dynamic_style.training.style_transfer.config import StyleConfig, parse_config


@pytest.fixture
def config() -> StyleConfig:
    painting = read_licence("", what="painting")
    return build_config(
        Recipe(dials=("scale", "strength"), width=32),
        FULL,
        pack=describe_pack("waves", "Waves", makers="", weights="", painting=painting),
        painting="painting.jpg",
        short_px=640,
        photos=Gathered(900, 40),
    )


def test_pilot_is_short_small_and_a_config_that_runs(config: StyleConfig) -> None:
    pilot = make_pilot(config, Recipe())
    assert parse_config(to_toml(pilot, comment="made for a test")) == pilot
    assert (pilot.data.crop_px, pilot.net.width) == (128, 16)
    assert pilot.main.objective.style_px == config.main.objective.style_px // 2
    assert pilot.main.objective.style_weight == config.main.objective.style_weight
    steps = pilot.main.steps + sum(dial.steps for dial in pilot.dials)
    assert steps < 0.2 * config.main.steps


@pytest.mark.parametrize(
    ("style_loss", "gentle", "strong"),
    [
        (EXPECTED, 5.0, 50.0),
        (0.188, 4.0, 40.0),  # Composition VII, whose style is learnt soonest
        (0.255, 5.0, 50.0),  # Udnie: a higher one would bring nothing
        (0.01, 2.5, 25.0),
    ],
)
def test_lambda_follows_from_the_pilot_within_bounds(
    style_loss: float, gentle: float, strong: float, config: StyleConfig
) -> None:
    adjusted = adjust_lambdas(config, style_loss)
    scale, strength = adjusted.dials
    assert adjusted.main.objective.style_weight == pytest.approx(gentle, abs=0.05)
    assert strength.higher.style_weight == pytest.approx(strong, abs=0.5)
    assert scale.higher.style_weight == adjusted.main.objective.style_weight
    assert adjusted.main.steps == config.main.steps


def test_the_last_third_of_the_main_net_s_steps_counts(tmp_path: Path) -> None:
    rows = [f"main,{i},1,1,{0.9 if i < 6 else 0.2 + i / 100}" for i in range(9)]
    rows += ["strength.higher,0,1,1,0.7"]
    (tmp_path / "losses.csv").write_text("phase,step,total,content,style\n" + "\n".join(rows))
    assert read_style_loss(tmp_path) == pytest.approx(0.27)


@pytest.mark.parametrize("row", [None, "0,1,1,x", "0,1,1", "0,1,1,nan", "0,1,1,-1", "0" * 200_000])
def test_losses_that_somebody_spoilt_are_told(row: str | None, tmp_path: Path) -> None:
    if row is not None:
        (tmp_path / "losses.csv").write_text(f"phase,step,total,content,style\nmain,{row}\n")
    with pytest.raises(TrainingError, match=r"cannot be read.*delete that folder"):
        read_style_loss(tmp_path)
