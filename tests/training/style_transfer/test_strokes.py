"""The measures of what an eye sees agree with pictures of which it is known."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from dynamic_style.training.style_transfer.strokes import measure_mesh, measure_stroke_spacing

SIDE = 384


def _noise(seed: int, side: int = SIDE) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def _scene() -> torch.Tensor:
    """A smooth scene with flat parts."""
    coarse = functional.interpolate(_noise(1, 6), (SIDE, SIDE), mode="bicubic")
    return (coarse * 0.6 + 0.2).clamp(0, 1)


def _strokes(side: int, period: float) -> torch.Tensor:
    """Wavy stripes, so far apart."""
    down, across = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    wave = across + 6 * torch.sin(down / 23)
    return (2 * torch.pi * wave / period).sin().expand(1, 3, side, side)


@pytest.mark.parametrize("period", [6.0, 12.0, 24.0])
def test_spacing_is_that_of_the_stripes_added_to_a_scene(period: float) -> None:
    scene = _scene()
    painted = scene + 0.1 * _strokes(SIDE, period)
    assert measure_stroke_spacing(painted, scene) == pytest.approx(period, rel=0.25)


def test_spacing_of_a_picture_without_anything_added_is_zero() -> None:
    assert measure_stroke_spacing(_scene(), _scene()) == 0


def test_regular_dots_are_a_mesh_and_noise_is_none() -> None:
    scene = _scene()
    dots = torch.zeros_like(scene)
    dots[..., ::4, ::4] = 0.1
    noisy = scene + 0.1 * (_noise(3) - 0.5)
    assert measure_mesh(noisy, scene) < 5
    assert measure_mesh(noisy + dots, scene) > 15


def test_mesh_is_looked_for_in_flat_parts_alone() -> None:
    """Bars of the photo itself are none."""
    scene = _scene()
    bars = (_strokes(SIDE, 8.0) > 0).float()
    assert measure_mesh(bars, bars) == 0
    half = scene.clone()
    half[..., SIDE // 2 :] = bars[..., SIDE // 2 :]
    assert measure_mesh(half + 0.05 * (_noise(4) - 0.5), half) < 5


def test_picture_smaller_than_a_window_has_no_mesh() -> None:
    small = _noise(5, 48)
    assert measure_mesh(small, small) == 0
