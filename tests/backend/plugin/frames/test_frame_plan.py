"""Which frames are made: one for each keyframe, and one wherever a dial moves."""

from __future__ import annotations

from dynamic_style.backend.plugin.frames.frame_plan import (
    PlannedFrame,
    frame_recipe,
    frames_name,
    plan_frames,
)
from dynamic_style.backend.plugin.recipe import Recipe
from dynamic_style.backend.protocol.animation.alpha_keys import HOLD, AlphaKeys

STILL = {"strength": (0.5,), "wave": (0.0,)}


def test_a_dial_that_stands_still_gives_a_frame_for_each_keyframe() -> None:
    planned = plan_frames((0, 4, 10, 30), (2, 12), STILL, {})
    assert [(frame.time, frame.source) for frame in planned] == [(2, 0), (4, 4), (10, 10)]
    assert {tuple(frame.dials.items()) for frame in planned} == {tuple(STILL.items())}


def test_a_dial_that_moves_gives_every_frame_until_it_rests() -> None:
    curves = {"wave": AlphaKeys(((2, 0.0), (4, 1.0)))}
    planned = plan_frames((0, 8), (0, 9), STILL, curves)
    assert [(frame.time, frame.source, frame.dials["wave"]) for frame in planned] == [
        (0, 0, (0.0,)),
        (3, 0, (0.5,)),
        (4, 0, (1.0,)),
        (8, 8, (1.0,)),
    ]
    assert all(frame.dials["strength"] == (0.5,) for frame in planned)
    assert all(list(frame.dials) == ["strength", "wave"] for frame in planned)


def test_a_leaping_dial_gives_a_frame_where_it_leaps() -> None:
    curves = {"strength": AlphaKeys(((0, 0.1), (5, 0.9)), HOLD)}
    planned = plan_frames((0,), (0, 9), STILL, curves)
    assert [(frame.time, frame.dials["strength"][0]) for frame in planned] == [(0, 0.1), (5, 0.9)]


def test_before_the_first_keyframe_nothing_is_made() -> None:
    assert [frame.time for frame in plan_frames((3,), (0, 9), STILL, {})] == [3]
    assert plan_frames((), (0, 9), STILL, {}) == ()
    assert plan_frames((12,), (0, 9), STILL, {}) == ()


def test_a_result_is_named_after_how_far_its_dials_go() -> None:
    recipe = Recipe("style_transfer", "night", None, "Night", STILL)
    still = plan_frames((0, 4), (0, 9), STILL, {})
    moving = plan_frames((0,), (0, 4), STILL, {"strength": AlphaKeys(((0, 0.1), (4, 0.9)))})
    assert frames_name(recipe, still, planned=2) == "Night α 0.50"
    assert frames_name(recipe, moving, planned=5) == "Night α 0.10–0.90"
    assert frames_name(recipe, moving[:3], planned=5) == "Night α 0.10–0.50 (3 of 5)"
    waving = [PlannedFrame(0, 0, {"strength": (0.2, 0.4), "wave": (0.3,)})]
    assert frames_name(recipe, waving, planned=1) == "Night α 0.20/0.40, wave 0.30"


def test_each_frames_recipe_has_its_own_dials() -> None:
    recipe = Recipe("style_transfer", "night", None, "Night", STILL, preserve_color=True)
    frame = PlannedFrame(7, 4, {"strength": (0.2,), "wave": (0.0,)})
    own = frame_recipe(recipe, frame)
    assert own.dials == frame.dials and own.preserve_color
