"""A recipe survives its JSON, names its layer, and is refused when it cannot be understood."""

from __future__ import annotations

import json

import pytest

from dynamic_style.backend.panel.recipe import Recipe, layer_name
from dynamic_style.backend.protocol.errors import UsageError

from .samples import recipe


def test_a_recipe_survives_its_json() -> None:
    assert Recipe.from_json(recipe().to_json()) == recipe()


def test_the_main_dial_stays_the_first() -> None:
    made = recipe(dials={"strength": (0.6,), "scale": (0.0,)})
    assert layer_name(Recipe.from_json(made.to_json())) == layer_name(made)


def test_members_of_a_later_program_are_left_aside() -> None:
    members = json.loads(recipe().to_json()) | {"mood": "blue"}
    assert Recipe.from_json(json.dumps(members)) == recipe()


@pytest.mark.parametrize(
    ("dials", "name"),
    [
        ({"strength": (0.6,)}, "The Starry Night α 0.60"),
        ({"strength": (-0.0,), "wave": (0.0,)}, "The Starry Night α 0.00"),
        ({"strength": (0.6,), "wave": (0.3,)}, "The Starry Night α 0.60, wave 0.30"),
        ({"strength": (0.2, 0.6, 1.0)}, "The Starry Night α 0.20/0.60/1.00"),
        ({}, "The Starry Night"),
    ],
)
def test_the_layer_is_named_after_pack_and_dials(
    dials: dict[str, tuple[float, ...]], name: str
) -> None:
    assert layer_name(recipe(dials=dials)) == name


@pytest.mark.parametrize(
    "change",
    [
        {"version": None},
        {"version": True},
        {"version": 0},
        {"pack": ""},
        {"pack": 3},
        {"dials": {"strength": []}},
        {"dials": {"strength": ["NaN"]}},
        {"dials": []},
        {"target": "everywhere"},
        {"grow_px": -1},
        {"working_size_px": "large"},
        {"source": "layer"},
    ],
    ids=str,
)
def test_what_is_no_recipe_is_refused(change: dict[str, object]) -> None:
    members = json.loads(recipe().to_json()) | change
    with pytest.raises(UsageError, match="cannot be read"):
        Recipe.from_json(json.dumps(members))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "x" * 70_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Recipe.from_json(text)


def test_a_newer_recipe_asks_for_an_update() -> None:
    members = json.loads(recipe().to_json()) | {"version": 2}
    with pytest.raises(UsageError, match="update the plugin"):
        Recipe.from_json(json.dumps(members))
