from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from dynamic_style_krita.layers.kinds import layer_use
from dynamic_style_krita.layers.recipe_annotation import (
    ANNOTATION,
    MAX_BYTES,
    find_source,
    recipe_for,
    remember,
    source_of,
)
from dynamic_style_krita.plugin.recipe import Recipe, layer_name
from dynamic_style_krita.protocol.errors import UsageError

from ..krita_stand_in import Document, Node

RECIPE = Recipe(
    task="style_transfer",
    pack="starry-night",
    pack_sha256="0" * 64,
    pack_title="Starry Night",
    dials={"strength": (0.6,)},
)


def stylized() -> tuple[Document, Node, Node, Recipe]:
    """A document with a source, a result above it, and the recipe that was stored with that."""
    source = Node("Photo")
    result = Node(layer_name(RECIPE))
    document = Document(Node("Paper"), source, result)
    recipe = replace(RECIPE, source=source_of(layer_use(document, source)))
    remember(document, result, recipe)
    return document, source, result, recipe


def test_a_result_brings_back_its_recipe_and_its_source() -> None:
    document, source, result, recipe = stylized()
    result.title = "my sky"
    source.title = "holiday"
    assert recipe_for(document, result) == recipe
    assert find_source(document, recipe, result) is source
    assert recipe_for(document, source) is None


def test_a_copy_of_a_result_is_known_by_its_name() -> None:
    document, _, result, recipe = stylized()
    copy = Node(f"Copy of {result.title}")
    assert recipe_for(document, copy) == recipe


def test_a_layer_is_no_result_for_having_the_name_of_one_that_was_painted_in_place() -> None:
    document, _, result, recipe = stylized()
    remember(document, result, replace(recipe, target="in_place"))
    assert recipe_for(document, Node(result.title)) is None


def test_a_source_that_came_back_as_another_layer_is_found_by_its_name() -> None:
    document, source, result, recipe = stylized()
    source.key = "{another}"
    document.root.children.append(Node("Photo", parent=document.root))
    assert find_source(document, recipe, result) is source, "the one below the result"


def test_a_source_that_is_gone_is_named() -> None:
    document, source, result, recipe = stylized()
    document.root.children.remove(source)
    with pytest.raises(UsageError, match="from which “Starry Night"):
        find_source(document, recipe, result)


def test_a_result_that_took_its_sources_place_says_so() -> None:
    document, source, result, recipe = stylized()
    document.root.children.remove(source)
    with pytest.raises(UsageError, match="has taken the place"):
        find_source(document, replace(recipe, target="in_place"), result)


def test_newer_results_do_not_push_out_others_until_there_are_very_many() -> None:
    document, _, result, recipe = stylized()
    for number in range(30):
        remember(document, Node(f"other {number}"), RECIPE)
    assert recipe_for(document, result) == recipe
    for number in range(600):
        remember(document, Node(f"later {number}"), RECIPE)
    assert recipe_for(document, result) is None
    assert len(document.annotations[ANNOTATION]) < 1_000_000


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"layers": 3}', b'{"layers": {"a": 1}}'])
def test_a_damaged_annotation_counts_as_none_and_is_replaced(data: bytes) -> None:
    document, _, result, recipe = stylized()
    document.annotations[ANNOTATION] = data
    assert recipe_for(document, result) is None
    remember(document, result, recipe)
    assert recipe_for(document, result) == recipe


def test_a_recipe_of_a_newer_program_says_what_to_update() -> None:
    document, _, result, _ = stylized()
    text = document.annotations[ANNOTATION].decode()
    entries = json.loads(text)
    entries["layers"][result.key]["recipe"]["version"] = 99
    document.annotations[ANNOTATION] = json.dumps(entries).encode()
    with pytest.raises(UsageError, match="update the plugin"):
        recipe_for(document, result)


def test_recipes_are_read_once_until_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    document, _, result, recipe = stylized()
    read: list[bytes] = []

    def parsed(text: str) -> Any:
        read.append(text.encode())
        return loads(text)

    loads = json.loads
    monkeypatch.setattr(json, "loads", parsed)
    document.annotations[ANNOTATION] += b" "  # else it may have been read before
    for _ in range(20):
        assert recipe_for(document, result) == recipe
    assert read == [document.annotations[ANNOTATION]]
    remember(document, result, replace(recipe, dials={"strength": (0.2,)}))
    again = recipe_for(document, result)
    assert again is not None and again.dials == {"strength": (0.2,)}


@pytest.mark.parametrize(
    "text",
    [
        b'{"layers": ' + b"[" * 100_000,
        b'{"layers": {"' + b"x" * MAX_BYTES + b'": {}}}',
        b'{"layers": {"a": {"name": "n", "recipe": {"dials": {"a": [1e400]}}}}}',
    ],
    ids=["deep", "long", "infinite"],
)
def test_a_strangers_recipes_are_left_aside_and_new_ones_kept(text: bytes) -> None:
    document, source, result, recipe = stylized()
    document.annotations[ANNOTATION] = text
    assert recipe_for(document, source) is None
    remember(document, result, recipe)
    assert recipe_for(document, result) == recipe


def test_many_long_recipes_make_room_for_the_newest() -> None:
    document, _, result, recipe = stylized()
    for number in range(150):
        other = Node(f"{number}")
        remember(document, other, replace(recipe, source={"name": "n" * 10_000}))
    remember(document, result, recipe)
    assert len(document.annotations[ANNOTATION]) <= MAX_BYTES
    assert recipe_for(document, result) == recipe
