"""A selection as a hole: how much around it travels, and what there is nothing to fill from."""

from __future__ import annotations

import pytest
from dynamic_style_krita.layers.hole import HoleCheck, hole_context
from dynamic_style_krita.layers.kinds import LayerUse, layer_use
from dynamic_style_krita.layers.run_input import read_input
from dynamic_style_krita.layers.time_slices import finish
from dynamic_style_krita.plugin.hole_context import Box
from dynamic_style_krita.plugin.recipe import Recipe
from dynamic_style_krita.protocol.errors import UsageError

from ..krita_stand_in import Document, Node, photo

FILL = Recipe("completion", "faces", None, "Faces", {}, grow_px=8, feather_px=8)


@pytest.fixture
def document() -> Document:
    return Document(photo(size=(1000, 700)), size=(1000, 700))


def use_of(document: Document) -> LayerUse:
    return layer_use(document, document.active)


def test_a_small_hole_travels_with_what_is_around_it_alone(document: Document) -> None:
    document.select(500, 300, 40, 20)
    box = hole_context(document, use_of(document), FILL)
    assert box == Box(392, 182, 256, 256)


def test_a_hole_may_lie_where_the_layer_has_no_pixels_yet() -> None:
    document = Document(Node(box=(0, 0, 10, 10)), size=(1000, 700))
    document.select(900, 600, 50, 50)
    box = hole_context(document, use_of(document), FILL)
    assert (box.x + box.width, box.y + box.height) == (1000, 700)


def test_a_run_reads_the_context_and_its_mask(document: Document) -> None:
    document.select(500, 300, 40, 20, value=200)
    read = finish(read_input(document, use_of(document), FILL, edited=None))
    assert read.picture.box == Box(392, 182, 256, 256)
    assert read.picture.selection is None, "a fill has its own edge"
    assert read.mask is not None and read.mask.role == "selection"
    assert bytes(read.mask.pixels.data).count(200) == 40 * 20


@pytest.mark.parametrize(
    ("selected", "said"), [((0, 0, 0, 0), "Nothing is selected"), ((2000, 0, 5, 5), "outside")]
)
def test_nothing_to_fill_says_what_to_select(
    document: Document, selected: tuple[int, int, int, int], said: str
) -> None:
    document.select(*selected)
    with pytest.raises(UsageError, match=said):
        read_input(document, use_of(document), FILL, edited=None)
    with pytest.raises(UsageError, match=said):
        HoleCheck().check(document, use_of(document), FILL)


def test_all_selected_is_refused_and_one_free_row_is_enough(document: Document) -> None:
    check = HoleCheck()
    document.select(0, 0, 1000, 700)
    for _ in range(3):
        with pytest.raises(UsageError, match="Everything is selected"):
            check.check(document, use_of(document), FILL)
    with pytest.raises(UsageError, match="Everything is selected"):
        finish(read_input(document, use_of(document), FILL, edited=None))
    document.select(0, 0, 1000, 699)
    check.check(document, use_of(document), FILL)
