"""A preview is small, has the picture's shape, and strokes of the full result's size if it can."""

from __future__ import annotations

import pytest

from dynamic_style.backend.plugin.previews.preview_size import plan_preview, preview_size


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((4000, 3000), (512, 384)),
        ((3000, 4000), (384, 512)),
        ((500, 20), (500, 20)),
        ((60_000, 3), (512, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_the_longer_side_is_limited(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert preview_size(*size) == small


def test_a_whole_layer_at_a_small_working_size_is_to_scale() -> None:
    plan = plan_preview((2000, 1000), (2000, 1000), working_size_px=400)
    assert (plan.width, plan.height, plan.working_size_px) == (512, 256, 400)
    assert plan.is_to_scale


def test_too_large_a_working_size_is_cut_and_told() -> None:
    plan = plan_preview((2000, 1000), (2000, 1000), working_size_px=768)
    assert plan.working_size_px == 512 and not plan.is_to_scale
    fine = plan_preview((2000, 1000), (2000, 1000), working_size_px=768, limit_px=1024)
    assert fine.working_size_px == 768 and fine.is_to_scale


def test_a_part_is_seen_at_the_scale_of_the_whole() -> None:
    plan = plan_preview((500, 500), (2000, 1000), working_size_px=1000)
    assert plan.working_size_px == 250 and plan.is_to_scale


def test_a_layer_smaller_than_the_working_size_is_not_enlarged() -> None:
    assert plan_preview((300, 200), (300, 200), working_size_px=768).working_size_px == 300


def test_a_tiny_part_is_still_a_picture() -> None:
    assert plan_preview((4, 4), (4000, 4000), working_size_px=768).working_size_px == 32
