"""A result into the document: one undo step, or none at all where something stands in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from dynamic_style_krita.layers.kinds import layer_use
from dynamic_style_krita.layers.reading import read_layer
from dynamic_style_krita.layers.recipe_annotation import recipe_for
from dynamic_style_krita.layers.time_slices import finish
from dynamic_style_krita.layers.writing import write_result
from dynamic_style_krita.plugin.hole_context import Box
from dynamic_style_krita.plugin.recipe import Recipe
from dynamic_style_krita.protocol.errors import ImageWriteError, UsageError

from ..krita_stand_in import Document, Krita, Node, all_pixels, photo

RECIPE = Recipe("style_transfer", "night", None, "Night", {"strength": (0.6,)})
FILL = Recipe("completion", "faces", None, "Faces", {}, target="in_place")


@pytest.fixture
def document() -> Document:
    document = Document(Node("Paper"), photo())
    Krita.instance().opened.append(document)
    return document


def writing(document: Document, recipe: Recipe, *, box: Box | None = None, **more: Any) -> Any:
    """(steps, the result's bytes) for the active layer: all of it zeros but opaque."""
    use = layer_use(document, document.active)
    picture = finish(read_layer(document, use, box=box))
    data = bytes([0, 0, 0, 255]) * (picture.box.width * picture.box.height)
    result = picture.pixels.with_data(data)
    return write_result(document, use, picture, result, recipe, **more), data


def test_a_new_layer_lies_above_its_source_with_the_results_bytes(document: Document) -> None:
    document.active = document.root.children[0]
    steps, data = writing(document, RECIPE)
    node = finish(steps)
    assert document.titles == ["Paper", "Night α 0.60", "Photo"]
    assert node.pixelData(0, 0, 64, 48) == data
    assert document.active is node
    kept = recipe_for(document, node)
    assert kept is not None and kept.source["name"] == "Paper"


def test_a_replaced_layer_keeps_its_look(document: Document) -> None:
    source = document.active
    source.setOpacity(100)
    source.setColorLabel(3)
    source.setVisible(False)
    steps, _ = writing(document, replace(RECIPE, target="replace"))
    node = finish(steps)
    assert (node.opacity(), node.colorLabel(), node.visible()) == (100, 3, False)
    assert document.titles == ["Paper", "Night α 0.60"]
    assert document.steps == ["Convert to Paint Layer"]


def test_a_fill_in_place_leaves_the_rest_of_the_layer_as_it_was(document: Document) -> None:
    source = document.active
    before = source.plane.samples.copy()
    steps, data = writing(document, FILL, box=Box(10, 10, 4, 4))
    node = finish(steps)
    assert node.pixelData(10, 10, 4, 4) == data
    after = node.plane.samples.copy()
    after[10:14, 10:14] = before[10:14, 10:14]
    assert (after == before).all()


def test_a_run_that_is_stopped_while_it_writes_is_taken_back(document: Document) -> None:
    before = list(all_pixels(document))
    steps, _ = writing(document, replace(RECIPE, target="replace"))
    while not document.steps:
        next(steps)
    next(steps)
    steps.close()
    assert list(all_pixels(document)) == before and document.steps == []


def test_a_result_of_another_form_is_refused(document: Document) -> None:
    use = layer_use(document, document.active)
    picture = finish(read_layer(document, use))
    other = finish(read_layer(document, use, box=Box(0, 0, 2, 2))).pixels
    with pytest.raises(ImageWriteError, match="not described"):
        finish(write_result(document, use, picture, other, RECIPE))
    assert document.steps == [] and document.annotations == {}


def test_replacing_a_layer_of_another_picture_says_to_switch_to_it(document: Document) -> None:
    steps, _ = writing(document, replace(RECIPE, target="in_place"))
    Krita.instance().opened.append(Document(photo()))
    with pytest.raises(UsageError, match="Switch to that picture"):
        finish(steps)
    assert document.steps == []


def test_a_closed_picture_is_not_touched(document: Document) -> None:
    steps, _ = writing(document, RECIPE)
    document.close()
    with pytest.raises(UsageError, match="has been closed"):
        finish(steps)
