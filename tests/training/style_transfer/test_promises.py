"""Each promise of a style pack's tables fails where the numbers do not keep it, and says which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from dynamic_style.backend.packs import Measurement
from dynamic_style.training.claims import Claim, Measured
from dynamic_style.training.style_transfer.config import StyleConfig, parse_config
from dynamic_style.training.style_transfer.evaluate import DialTable
from dynamic_style.training.style_transfer.promises import check_claims, check_table

CONFIG = """
[pack]
id = "drawn"
title = "Drawn"
summary = "For a test."
[loss]
normalisation = "target"
style_layers = ["relu1_2", "relu3_3", "relu4_3"]
[main]
steps = 1
[main.objective]
style = "one.png"
style_weight = 5.0
style_px = 256
"""
DIAL = """
[[dials]]
id = "{kind}"
kind = "{kind}"
title = "Drawn"
label_low = "low"
label_high = "high"
steps = 1
[dials.higher]
style = "one.png"
style_weight = 50.0
style_px = 512
"""
KINDS = ("strength", "second_style", "texture_scale")
RISING = ("content", "style_a", "style_old_size", "stroke_px")
LEVELS = {
    "mesh": 4.0,
    "grid": 0.03,
    "clipped": 0.0,
    "clipped_together": 0.01,
    "relu3_3": 0.05,
    "relu4_3": 0.3,
}


def _config(*kinds: str) -> StyleConfig:
    return parse_config(CONFIG + "".join(DIAL.format(kind=kind) for kind in kinds))


def _draw(config: StyleConfig, *, photos: int = 20) -> list[tuple[DialTable, torch.Tensor]]:
    """For each dial, what keeps every promise: losses go the dial's way, all else is low."""
    drawn = []
    for dial in config.dials:
        table = DialTable(config, dial)
        ramp = torch.linspace(1, 2, len(table.alphas), dtype=torch.float64)
        columns = [
            torch.full_like(ramp, LEVELS[name])
            if name in LEVELS
            else ramp
            if name in RISING
            else 2.2 - ramp
            for name in table.measured
        ]
        drawn.append((table, torch.stack(columns, dim=1).repeat(photos, 1, 1)))
    return drawn


def _failing(config: StyleConfig, table: Measurement, kind: str) -> list[str]:
    (dial,) = (dial for dial in config.dials if dial.kind == kind)
    return [claim.text for claim in check_table(table, config, dial) if not claim.holds]


def test_tables_that_keep_all_promises() -> None:
    config = _config(*KINDS)
    tables = tuple(table.make(values) for table, values in _draw(config))
    claims: Sequence[Claim] = check_claims(Measured(tables), config)
    assert [claim.text for claim in claims if not claim.holds] == []
    assert len(claims) == (3 + 2 + 2 + 3) + (2 + 2 + 3) + (1 + 1 + 1 + 3)


@pytest.mark.parametrize(
    ("kind", "column", "value", "said"),
    [
        ("strength", "relu3_3", 0.09, "relu3_3 at 1 is 0.090 from the painting (at most 0.08)"),
        ("strength", "relu4_3", 0.36, "relu4_3 at 1 is 0.360 from the painting (at most 0.35)"),
        ("second_style", "grid", 0.6, "no mesh: 60% of the finest detail is on the net's own grid"),
        ("texture_scale", "clipped", 0.2, "alone, 20.0% is clipped (at most 2%)"),
        ("strength", "clipped_together", 0.5, "with the other dials at 1, 50.0% is clipped"),
    ],
)
def test_level_beyond_its_bar_fails(kind: str, column: str, value: float, said: str) -> None:
    config = _config(*KINDS)
    for table, values in _draw(config):
        if table.dial.kind == kind:
            values[..., table.measured.index(column)] = value
            failing = _failing(config, table.make(values), kind)
    assert len(failing) == 1
    assert said in failing[0]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("strength", "content"),
        ("strength", "style"),
        ("second_style", "style_b"),
        ("texture_scale", "style_new_size"),
    ],
)
def test_two_photos_of_twenty_that_go_back_at_one_step_fail(kind: str, column: str) -> None:
    """Their means go the dial's way all the same."""
    config = _config(kind)
    ((table, values),) = _draw(config)
    place = table.measured.index(column)
    values[:2, 4, place] = values[:2, 3, place]
    (failing,) = _failing(config, table.make(values), kind)
    assert "for 90% of the photos (at least 95%)" in failing


def test_strokes_must_grow_where_the_painting_is_larger_and_shrink_where_smaller() -> None:
    config = _config("texture_scale")
    ((table, values),) = _draw(config)
    assert _failing(config, table.make(values), "texture_scale") == []
    dial = config.dials[0]
    smaller = replace(dial, higher=replace(dial.higher, style_px=128))
    config = replace(config, dials=(smaller,))
    (failing,) = _failing(config, DialTable(config, smaller).make(values), "texture_scale")
    assert "strokes get smaller at every step: 1.0 to 2.0 px apart" in failing


def test_dial_of_sizes_is_measured_beyond_its_ends() -> None:
    config = _config("texture_scale")
    assert DialTable(config, config.dials[0]).alphas[0] == -0.5
    assert DialTable(config, config.dials[0]).alphas[-1] == 1.5
