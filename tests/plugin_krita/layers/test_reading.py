"""What a request carries of a layer and the selection, and that reading changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from dynamic_style_krita.layers.kinds import layer_use
from dynamic_style_krita.layers.reading import read_layer, request_mask
from dynamic_style_krita.layers.time_slices import finish
from dynamic_style_krita.plugin.hole_context import Box
from dynamic_style_krita.protocol.errors import ImageReadError, UsageError

from ..krita_stand_in import Document, Node, Selection, all_pixels, photo


def picture_of(document: Document, **changes: Any) -> Any:
    use = layer_use(document, document.active)
    return finish(read_layer(document, use, **changes))


def test_a_layer_is_read_byte_for_byte_and_without_a_trace() -> None:
    document = Document(photo())
    before = list(all_pixels(document))
    picture = picture_of(document)
    assert bytes(picture.pixels.data) == document.active.pixelData(0, 0, 64, 48)
    assert (picture.pixels.layout, picture.pixels.depth) == ("bgra", "u8")
    assert picture.selection is None and picture.carried == picture.space
    assert list(all_pixels(document)) == before and document.steps == []


def test_a_part_that_reaches_beyond_the_layer_is_transparent_there() -> None:
    document = Document(photo())
    picture = picture_of(document, box=Box(60, 0, 8, 2))
    data = bytes(picture.pixels.data)
    assert data[:16] == document.active.pixelData(60, 0, 4, 1)
    assert data[16:32] == bytes(16)


def test_painting_meanwhile_does_not_tear_the_picture() -> None:
    document = Document(photo())
    before = document.active.pixelData(0, 0, 64, 48)
    steps = read_layer(document, layer_use(document, document.active))
    next(steps)
    document.active.plane.samples[:] = 0
    assert bytes(finish(steps).pixels.data)[-64:] == before[-64:]


def test_the_selection_comes_with_its_softness() -> None:
    document = Document(photo())
    document.select(1, 0, 2, 1, value=100)
    part = picture_of(document).selection
    assert part is not None and part.data[:4] == bytes([0, 100, 100, 0])
    document.select(0, 0, 64, 48)
    assert picture_of(document).selection is None, "all is selected"


def test_a_layers_own_selection_comes_before_the_documents() -> None:
    own = Node("Own", "selectionmask", box=(0, 0, 0, 0))
    shape = Selection()
    shape.setPixelData(bytes([255]), 5, 0, 1, 1)
    own.setSelection(shape)
    layer = photo()
    layer.setChildNodes([own])
    document = Document(layer)
    document.select(0, 0, 2, 1)
    part = picture_of(document).selection
    assert part is not None and part.data[:7] == bytes([0, 0, 0, 0, 0, 255, 0])


def test_a_selection_beside_the_layer_says_what_to_do() -> None:
    document = Document(photo())
    document.select(100, 100, 4, 4)
    with pytest.raises(UsageError, match="Nothing of “Photo” is selected"):
        picture_of(document)


def test_pixels_that_krita_does_not_give_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "pixelData", lambda *_: b"")
    with pytest.raises(ImageReadError, match="save the picture, open it again"):
        picture_of(Document(photo()))


@pytest.mark.parametrize(
    ("target", "follows", "role"),
    [
        ("new_layer", False, None),
        ("new_layer", True, "alpha_map"),
        ("replace", False, "selection"),
        ("in_place", True, "both"),
    ],
)
def test_what_the_selection_is_to_the_backend(target: Any, follows: bool, role: str) -> None:
    document = Document(photo())
    document.select(1, 1, 2, 2)
    mask = request_mask(picture_of(document), target, follows_selection=follows)
    assert (None if mask is None else mask.role) == role
