from __future__ import annotations

import pytest
from dynamic_style_krita.layers.kinds import layer_use
from dynamic_style_krita.plugin.hole_context import Box
from dynamic_style_krita.protocol.errors import UsageError

from ..krita_stand_in import Document, Node


def test_a_paint_layer_gives_its_own_pixels_also_beyond_the_canvas() -> None:
    layer = Node(box=(-10, 5, 200, 20))
    use = layer_use(Document(layer), layer)
    assert (use.bounds, use.shows_only) == (Box(-10, 5, 200, 20), False)
    assert (use.refused, use.notes) == ({}, ())


@pytest.mark.parametrize("kind", ["grouplayer", "vectorlayer", "filelayer", "clonelayer"])
def test_other_layers_give_what_they_show_on_the_canvas_and_stay_as_they_are(kind: str) -> None:
    layer = Node(kind=kind, box=(-10, 5, 200, 20))
    use = layer_use(Document(layer), layer)
    assert (use.bounds, use.shows_only) == (Box(0, 5, 64, 20), True)
    assert set(use.refused) == {"in_place"}
    assert use.notes
    use.check("new_layer")
    with pytest.raises(UsageError, match="Choose another place"):
        use.check("in_place")


def test_a_selected_mask_stands_for_its_layer() -> None:
    mask = Node("Transparency Mask", "transparencymask")
    layer = Node("Sky", children=[mask])
    use = layer_use(Document(layer), mask)
    assert use.name == "Sky"
    assert use.shows_only, "what the mask hides is not to be stylized"
    assert set(use.refused) == {"in_place"}


def test_a_hidden_mask_and_a_local_selection_change_nothing() -> None:
    masks = [Node(kind="filtermask", is_visible=False), Node(kind="selectionmask")]
    layer = Node(children=masks)
    use = layer_use(Document(layer), layer)
    assert not use.shows_only
    assert not use.refused


def test_a_locked_layer_or_one_in_a_locked_group_takes_a_new_layer_only() -> None:
    inner = Node("Sky")
    for layer in (Node(is_locked=True), inner):
        group = Node("Group", "grouplayer", is_locked=layer is inner, children=[layer])
        use = layer_use(Document(group), layer)
        assert set(use.refused) == {"in_place", "replace"}
        assert "locked" in use.refused["replace"]


def test_an_animated_layer_says_that_one_frame_is_stylized() -> None:
    layer = Node(is_animated=True)
    use = layer_use(Document(layer), layer)
    assert any("frame" in note for note in use.notes)
    assert set(use.refused) == {"in_place", "replace"}


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Node("Blur", "filterlayer"), "filter layer"),
        (Node("Notes", "referenceimageslayer"), "no pixels"),
        (Node("Empty", box=(0, 0, 0, 0)), "is empty"),
        (Node("Far", "vectorlayer", box=(100, 0, 5, 5)), "is empty"),
        (Node("Hidden", "grouplayer", is_visible=False), "Show it first"),
    ],
)
def test_what_cannot_be_stylized_says_why_and_what_to_do(layer: Node, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        layer_use(Document(layer), layer)
    assert layer.title in str(caught.value)


def test_the_documents_own_selection_mask_is_no_layer() -> None:
    mask = Node("Selection Mask", "selectionmask")
    document = Document(Node(), mask)
    with pytest.raises(UsageError, match="no pixels"):
        layer_use(document, mask)


def test_without_a_picture_or_a_layer_there_is_a_hint() -> None:
    with pytest.raises(UsageError, match="No picture is open"):
        layer_use(None, None)
    with pytest.raises(UsageError, match="Select the layer"):
        layer_use(Document(), None)
