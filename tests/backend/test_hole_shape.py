"""Holes grow by discs and are blended in from their edges inwards."""

from __future__ import annotations

import math

import pytest
import torch

from dynamic_style.backend.hole_shape import feather, grow


def dot(side: int = 41, *, value: float = 1.0) -> torch.Tensor:
    mask = torch.zeros(1, 1, side, side)
    mask[..., side // 2, side // 2] = value
    return mask


@pytest.mark.parametrize("radius", [1, 5, 8, 13])
def test_a_dot_grows_to_a_disc(radius: int) -> None:
    grown = grow(dot(), radius)[0, 0]
    for y in range(41):
        for x in range(41):
            distance = math.hypot(x - 20, y - 20)
            if distance <= radius - 0.5:
                assert grown[y, x] == 1, (x, y)
            if distance > radius + 0.5:
                assert grown[y, x] == 0, (x, y)


def test_a_soft_mask_keeps_its_levels_when_it_grows() -> None:
    assert grow(dot(value=0.25), 4).unique().tolist() == [0, 0.25]


def test_a_mask_that_does_not_grow_is_the_same() -> None:
    mask = torch.rand(1, 1, 9, 7)
    assert torch.equal(grow(mask, 0), mask)
    assert torch.equal(feather(mask, 0), mask)


@pytest.mark.parametrize("radius", [3, 40])
def test_growing_over_the_edge_of_the_picture_is_cut(radius: int) -> None:
    mask = torch.zeros(1, 1, 12, 10)
    mask[..., 0, 0] = 1
    grown = grow(mask, radius)
    assert grown.shape == mask.shape
    assert grown[0, 0, 0, 0] == 1
    assert (grown[0, 0, -1, -1] == 1) == (radius == 40)


def test_feathering_reaches_inwards_only_and_rises_from_the_edge() -> None:
    mask = torch.zeros(1, 1, 60, 60)
    mask[..., 10:50, 10:50] = 1
    soft = feather(mask, 8)
    assert torch.equal(soft[mask == 0], mask[mask == 0])
    across = soft[0, 0, 30, 10:30]
    assert (across.diff() >= -1e-6).all()
    assert across[0] < 0.15
    assert across[-1] == pytest.approx(1, abs=0.01)


def test_the_edge_of_the_picture_is_no_edge_of_the_hole() -> None:
    mask = torch.zeros(1, 1, 40, 40)
    mask[..., :20] = 1  # reaches over the left, upper and lower edges
    soft = feather(mask, 6)
    assert (soft[..., :8] > 0.99).all()


def test_a_picture_smaller_than_the_feather_is_left_as_it_is_or_softened() -> None:
    assert feather(torch.ones(1, 1, 1, 1), 50).tolist() == [[[[1]]]]
    soft = feather(torch.ones(1, 1, 5, 3), 50)
    assert torch.allclose(soft, torch.ones(1, 1, 5, 3), atol=1e-5)
