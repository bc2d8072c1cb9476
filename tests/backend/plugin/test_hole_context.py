"""The part that travels holds the hole, enough around it, and nothing outside the layer; and a hole
is grown just as the backend grows it.
"""

from __future__ import annotations

import numpy as np
import pytest

from dynamic_style.backend.plugin.hole_context import Box, context_box, grown_mask
from dynamic_style.backend.tasks.inpainting.holes import find_blobs, grow_and_feather

LAYER = Box(0, 0, 2000, 1000)


def test_a_hole_has_context_on_every_side() -> None:
    assert context_box(Box(800, 400, 200, 100), LAYER) == Box(600, 200, 600, 500)


def test_growing_and_feathering_count_as_hole() -> None:
    assert context_box(Box(800, 400, 200, 100), LAYER, grow_px=10, feather_px=5) == context_box(
        Box(785, 385, 230, 130), LAYER
    )


@pytest.mark.parametrize(
    "hole", [Box(0, 0, 200, 100), Box(1800, 900, 200, 100), Box(-50, 950, 100, 100)], ids=str
)
def test_a_hole_in_a_corner_gets_as_much_to_look_at(hole: Box) -> None:
    box = context_box(hole, LAYER)
    assert box.intersected(LAYER) == box
    assert hole.intersected(LAYER).intersected(box) == hole.intersected(LAYER)
    assert min(box.width, box.height) >= 256


def test_a_small_layer_travels_whole() -> None:
    small = Box(-20, 30, 100, 80)
    assert context_box(Box(0, 40, 10, 10), small) == small


def test_a_hole_outside_the_layer_is_empty() -> None:
    assert context_box(Box(3000, 0, 10, 10), LAYER).is_empty


@pytest.mark.parametrize(
    "hole",
    [Box(900, 400, 3, 2), Box(300, 0, 40, 500), Box(10, 700, 260, 290), Box(100, 100, 1500, 200)],
    ids=str,
)
def test_the_backend_finds_all_that_it_looks_at(hole: Box) -> None:
    """So that filling the part gives what filling the whole layer would."""
    mask = np.zeros((LAYER.height, LAYER.width), np.bool_)
    mask[..., hole.y : hole.y + hole.height, hole.x : hole.x + hole.width] = True
    (blob,) = find_blobs(mask)
    top, left, height, width = blob.context.top, blob.context.left, *blob.context.size
    looked_at = Box(left, top, width, height)
    assert context_box(hole, LAYER).intersected(looked_at) == looked_at


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (40, 31), (5, 64)], ids=str)
@pytest.mark.parametrize("grow_px", [0, 1, 2, 6, 13, 100])
def test_grown_as_by_the_backend(size: tuple[int, int], grow_px: int) -> None:
    height, width = size
    random = np.random.default_rng(3)
    few = random.random((height, width)) > 0.97
    mask = np.where(few, random.integers(1, 256, (height, width)), 0).astype(np.uint8)
    unit = np.divide(mask, 255, dtype=np.float32)
    expected = grow_and_feather(unit, grow_px=grow_px, feather_px=3) > 0
    grown = grown_mask(mask.tobytes(), width, grow_px)
    assert np.array_equal(np.frombuffer(grown, np.uint8).reshape(height, width), expected * 255)
