"""A recipe survives its JSON, names its layer, and is refused when it cannot be understood."""

from __future__ import annotations

import json

import pytest

from dynamic_style.backend.plugin.recipe import FrameKeys, Recipe, layer_name, recipe_of
from dynamic_style.backend.protocol.errors import UsageError

from .samples import recipe


def test_a_recipe_survives_its_json() -> None:
    assert Recipe.from_json(recipe().to_json()) == recipe()


@pytest.mark.parametrize("span", [None, (3, 48)])
def test_the_keys_of_frames_survive_it_too(span: tuple[int, int] | None) -> None:
    made = recipe(frames=FrameKeys("strength=0=0.1,24=0.9", "smooth", span))
    assert Recipe.from_json(made.to_json()) == made


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
        {"version": 10**400},
        {"dials": {"strength": [10**400]}},
        {"dials": {"strength": [-(10**400)]}},
        {"dials": {"strength": [1e300]}},
        {"dials": {"strength": [True]}},
        {"dials": {"strength": ["0.5"]}},
        {"dials": {"strength": [0.5] * 65}},
        {"dials": {"strength": "0.5"}},
        {"dials": {f"d{n}": [0.5] for n in range(65)}},
        {"dials": {"half \ud800": [0.5]}},
        {"dials": {"d" * 129: [0.5]}},
        {"task": "t" * 129},
        {"pack": "a\x00b"},
        {"pack": {"pack": []}},
        {"pack_sha256": ["cd"]},
        {"pack_title": "half \ud800"},
        {"pack_title": "two\nlines"},
        {"pack_title": "two\u2028lines"},
        {"pack_title": "t" * 1001},
        {"seed": 2**63},
        {"feather_px": 10**400},
        {"working_size_px": 0},
        {"working_size_px": 65_537},
        {"source": {"layer": 1}},
        {"source": {"layer": "half \udfff"}},
        {"source": {"layer": "n" * 65_537}},
        {"source": {str(n): "" for n in range(65)}},
        {"frames": []},
        {"frames": {"alpha": "0=1"}},
        {"frames": {"alpha": 3, "ease": "linear"}},
        {"frames": {"alpha": "0" * 32_769, "ease": "linear"}},
        {"frames": {"alpha": "two\nlines", "ease": "linear"}},
        {"frames": {"alpha": "0=1", "ease": ["linear"]}},
        {"frames": {"alpha": "0=1", "ease": "bouncy"}},
        {"frames": {"alpha": "0=1", "ease": "linear", "span": [1]}},
        {"frames": {"alpha": "0=1", "ease": "linear", "span": [5, 4]}},
        {"frames": {"alpha": "0=1", "ease": "linear", "span": [0, True]}},
        {"frames": {"alpha": "0=1", "ease": "linear", "span": [0, 10**400]}},
    ],
    ids=lambda change: f"{change!a:.50}",
)
def test_what_is_no_recipe_is_refused(change: dict[str, object]) -> None:
    members = json.loads(recipe().to_json()) | change
    with pytest.raises(UsageError, match="cannot be read") as refused:
        recipe_of(members)
    assert len(str(refused.value)) < 400
    with pytest.raises(UsageError, match="cannot be read"):
        Recipe.from_json(json.dumps(members))


@pytest.mark.parametrize("title", ["星月夜\u3000夜", "a\u200db", "T\xa0x"])
def test_a_title_in_any_script_is_kept(title: str) -> None:
    made = recipe(pack_title=title, source={"layer": "", "name": title * 100})
    assert Recipe.from_json(made.to_json()) == made


def test_a_whole_number_is_a_number_too() -> None:
    members = json.loads(recipe().to_json()) | {"dials": {"strength": [1, -1]}}
    assert recipe_of(members).dials == {"strength": (1.0, -1.0)}


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 60_000, "x" * 70_000, "9" * 5000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Recipe.from_json(text)


def test_a_newer_recipe_asks_for_an_update() -> None:
    members = json.loads(recipe().to_json()) | {"version": 2}
    with pytest.raises(UsageError, match="update the plugin"):
        Recipe.from_json(json.dumps(members))
