"""Dials over time as a text, checked against a pack, and kept with a result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynamic_style.backend.plugin.frames.dial_curves import curves_text, dial_curves, kept_keys
from dynamic_style.backend.plugin.recipe import MAX_KEYS_TEXT, MAX_TEXT, FrameKeys
from dynamic_style.backend.protocol.animation.alpha_keys import HOLD, AlphaKeys
from dynamic_style.backend.protocol.errors import AlphaError

from ..samples import dial, entry, recipe

PACK = replace(entry("night"), dials=(dial(), dial("wave", taps=("up1",))))


def test_curves_come_back_from_their_text() -> None:
    curves = {
        "strength": AlphaKeys(((0, 0.1), (7, -0.25), (24, 1 / 3)), HOLD),
        "wave": AlphaKeys(((3, 1.0),), HOLD),
    }
    assert dial_curves(PACK, curves_text(curves), HOLD)[1] == curves
    assert dial_curves(PACK, curves_text({}), HOLD)[1] == {}


def test_curves_of_a_dial_that_the_pack_has_no_more_are_refused() -> None:
    with pytest.raises(AlphaError, match="wave"):
        dial_curves(entry("night"), "wave=0=0.1,2=0.3", HOLD)


def test_the_longest_text_that_is_kept_leaves_the_recipe_readable() -> None:
    longest = "0=1," * (MAX_KEYS_TEXT // 4)
    kept = kept_keys(longest, HOLD, (0, 9))
    assert kept == FrameKeys(longest, HOLD, (0, 9))
    assert len(recipe(frames=kept).to_json()) < MAX_TEXT
    assert kept_keys(longest + "1", HOLD) is None
