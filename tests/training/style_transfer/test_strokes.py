"""The measures of what an eye sees agree with pictures of which it is known."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from dynamic_style.training.style_transfer.strokes import measure_stroke_spacing

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


def test_spacing_is_seen_in_colours_where_brightness_has_less_than_the_photo() -> None:
    scene = _scene()
    photo = (scene + 0.3 * (_noise(2) - 0.5).mean(dim=1, keepdim=True)).clamp(0, 1)
    weights = torch.tensor([0.1, -0.0509, 0.0])[:, None, None]  # red and green of one brightness
    painted = scene + weights * _strokes(SIDE, 12.0)
    assert measure_stroke_spacing(painted, photo) == pytest.approx(12, rel=0.25)


@pytest.mark.parametrize("period", [6.0, 12.0, 24.0])
def test_spacing_is_that_of_the_stripes_added_to_a_scene(period: float) -> None:
    scene = _scene()
    painted = scene + 0.1 * _strokes(SIDE, period)
    assert measure_stroke_spacing(painted, scene) == pytest.approx(period, rel=0.25)


def test_spacing_of_a_picture_without_anything_added_is_zero() -> None:
    assert measure_stroke_spacing(_scene(), _scene()) == 0
