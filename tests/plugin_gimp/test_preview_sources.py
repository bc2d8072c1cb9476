"""What previews read of a layer: no more than once, and no more than is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import Box, Image


class Reads(list[tuple[int, int]]):
    """The sizes at which a layer is read."""


@pytest.fixture
def image() -> Image:
    image = Image(3000, 1500)
    image.add("photo", np.zeros((1500, 3000, 4)))
    return image


@pytest.fixture
def reads(image: Image, monkeypatch: pytest.MonkeyPatch) -> Reads:
    buffer, sizes = image.layers[0].buffer, Reads()
    get = buffer.get

    def noted(box: Box, *how: Any) -> bytes:
        sizes.append((box.width, box.height))
        return get(box, *how)

    monkeypatch.setattr(buffer, "get", noted)
    return sizes


def previews(plugin: Plugin, image: Image, task: str) -> Any:
    (source,) = plugin.reading.sources_of(image, image.layers)
    return plugin.preview_sources.previews_of(source, plugin.table.task_of(task))


def recipe(plugin: Plugin, task: str, **changes: Any) -> Any:
    return plugin.recipe.Recipe(task, "night", None, "Night", {"strength": (0.5,)}, **changes)


def test_a_layer_is_read_once_for_each_size(plugin: Plugin, image: Image, reads: Reads) -> None:
    source = previews(plugin, image, "style_transfer")
    wish = recipe(plugin, "style_transfer", working_size_px=768)
    for _ in range(3):
        quick, fine = source.quick(wish), source.fine(wish, 700)
    assert reads == [(512, 256), (768, 384)]
    assert (quick.request.working_size_px, quick.is_to_scale) == (512, False)
    assert (fine.request.working_size_px, fine.is_to_scale) == (768, True)
    source.fine(wish, 768)
    assert len(reads) == 2  # zooming by a little reads nothing anew
    assert source.fine(wish, 5000).before.width == 2048


def test_the_selection_masks_as_it_is_set(plugin: Plugin, image: Image) -> None:
    image.select(0, 0, 1500, 1500, value=100)
    source = previews(plugin, image, "style_transfer")
    wish = recipe(plugin, "style_transfer")
    values = []
    for source.selection in ("soft", "hard", "ignore"):
        mask = source.quick(wish).request.mask
        values.append(mask and max(bytes(mask.pixels.data)))
    assert values == [100, 0, None]


def test_a_hole_is_read_once_for_each_reach(plugin: Plugin, image: Image, reads: Reads) -> None:
    image.select(1000, 500, 600, 300)
    source = previews(plugin, image, "completion")
    wish = recipe(plugin, "completion", grow_px=8)
    for _ in range(3):
        source.before(wish)
        quick, fine = source.quick(wish), source.fine(wish, 500)
    whole = source.part(wish)
    assert reads == [(quick.before.width, quick.before.height), (whole.width, whole.height)]
    assert quick.before.width == 768 and not quick.is_to_scale
    assert fine.is_to_scale and fine.request.grow_px == 8
    source.quick(recipe(plugin, "completion", grow_px=20))
    assert len(reads) == 3
