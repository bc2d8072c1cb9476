"""Recipes out of images that anybody may have made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Plugin


def text_of(plugin: Plugin, **changed: Any) -> str:
    recipe = plugin.recipe.Recipe("style_transfer", "tiny", None, "Tiny", {"strength": (0.5,)})
    return json.dumps({**json.loads(recipe.to_json()), **changed})


def test_a_recipe_is_read_from_a_parasites_bytes(plugin: Plugin) -> None:
    recipe = plugin.stored_recipe.recipe_in(text_of(plugin).encode() + b"\0")
    assert (recipe.pack, dict(recipe.dials)) == ("tiny", {"strength": (0.5,)})


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
    assert plugin.stored_recipe.recipe_in(text_of(plugin, **changed).encode()) is None


@pytest.mark.parametrize("data", [b"", b"[" * 60_000, b"[" * 10**6, b"\xff", b"{}", b"[]"])
def test_what_is_no_recipe_is_left_aside(plugin: Plugin, data: bytes) -> None:
    assert plugin.stored_recipe.recipe_in(data) is None
