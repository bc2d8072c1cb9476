"""Recipes kept with layers, in images that anybody may have made."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import Image, Parasite

# What lies in the images of today's users.
STYLIZED = (
    '{"version": 1, "task": "style_transfer", "pack": "starry-night", "pack_sha256": '
    '"abababababababababababababababababababababababababababababababab", "pack_title": '
    '"The Starry Night", "dials": {"strength": [0.6], "wave": [0.0, 0.5, 1.0]}, '
    '"follows_selection": true, "working_size_px": 1024, "preserve_color": true, '
    '"target": "replace", "grow_px": 0, "feather_px": 0, "seed": 0, "source": {"layer": "7"}}'
)
FILLED = (
    '{"version": 1, "task": "completion", "pack": "photo-fill", "pack_sha256": null, '
    '"pack_title": "Photo Fill", "dials": {"smooth": [0.25]}, "follows_selection": false, '
    '"working_size_px": null, "preserve_color": false, "target": "in_place", "grow_px": 8, '
    '"feather_px": 4, "seed": 3, "source": {"layer": "12"}}'
)


def read(plugin: Plugin, data: bytes) -> Any:
    layer = Image(2, 2).add("result", np.zeros((2, 2, 4)))
    layer.parasites["dynamic-style-recipe"] = Parasite("dynamic-style-recipe", 3, data)
    return plugin.parasite.recipe_of(layer)


def text_of(plugin: Plugin, **changed: Any) -> str:
    recipe = plugin.recipe.Recipe("style_transfer", "tiny", None, "Tiny", {"strength": (0.5,)})
    return json.dumps({**json.loads(recipe.to_json()), **changed})


def test_todays_recipes_are_read_to_the_last_member(plugin: Plugin) -> None:
    assert read(plugin, STYLIZED.encode() + b"\0") == plugin.recipe.Recipe(
        task="style_transfer",
        pack="starry-night",
        pack_sha256="ab" * 32,
        pack_title="The Starry Night",
        dials={"strength": (0.6,), "wave": (0.0, 0.5, 1.0)},
        follows_selection=True,
        working_size_px=1024,
        preserve_color=True,
        target="replace",
        source={"layer": "7"},
    )
    assert read(plugin, FILLED.encode()) == plugin.recipe.Recipe(
        task="completion",
        pack="photo-fill",
        pack_sha256=None,
        pack_title="Photo Fill",
        dials={"smooth": (0.25,)},
        target="in_place",
        grow_px=8,
        feather_px=4,
        seed=3,
        source={"layer": "12"},
    )


def test_recipes_are_written_as_they_are_today(plugin: Plugin) -> None:
    for text in (STYLIZED, FILLED):
        assert read(plugin, text.encode()).to_json() == text


@pytest.mark.parametrize(
    "changed",
    [
        {"pack_title": "a\ud800"},
        {"pack": "a\0b"},
        {"dials": {"strength": [10**400]}},
        {"dials": {"\udfff": [1]}},
        {"source": {"layer": "\ud800"}},
        {"more": "x" * 20_000_000},
    ],
    ids=["half a character", "NUL", "huge number", "dial's id", "source", "20 MB"],
)
def test_what_cannot_be_used_is_no_recipe(plugin: Plugin, changed: dict[str, Any]) -> None:
    assert read(plugin, text_of(plugin, **changed).encode()) is None


@pytest.mark.parametrize("data", [b"", b"[" * 60_000, b"[" * 10**6, b"\xff", b"{}", b"[]"])
def test_what_is_no_recipe_is_left_aside(plugin: Plugin, data: bytes) -> None:
    assert read(plugin, data) is None
