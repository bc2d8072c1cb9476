"""Pictures at another size: torch's antialiased filters are what ours are held against."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dynamic_style.backend.images.color.icc_profile import Floats
from dynamic_style.backend.images.resampling import bicubic, bilinear, enlarged

SIZES = [
    ((1, 1), (1, 1)), ((1, 1), (5, 7)), ((9, 13), (1, 1)), ((50, 70), (10, 14)),
    ((10, 14), (50, 70)), ((37, 61), (36, 60)), ((3, 200), (200, 3)), ((200, 3), (3, 200)),
    ((300, 400), (75, 100)), ((75, 100), (300, 401)),
]  # fmt: skip


def noise(height: int, width: int) -> Floats:
    return np.random.default_rng(height * width).random((height, width, 3), np.float32)


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_colours_are_torchs(old: tuple[int, int], new: tuple[int, int]) -> None:
    colors = noise(*old)
    given = torch.from_numpy(colors).permute(2, 0, 1)[None]
    expected = F.interpolate(given, new, mode="bicubic", antialias=True).clamp(0, 1)
    found = bicubic(colors, new)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected[0].permute(1, 2, 0).numpy(), rtol=0, atol=2e-5)


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_maps_are_torchs(old: tuple[int, int], new: tuple[int, int]) -> None:
    map_ = noise(*old)[..., 0] * 2 - 1
    given = torch.from_numpy(map_)[None, None]
    expected = F.interpolate(given, new, mode="bilinear", antialias=True)[0, 0].numpy()
    np.testing.assert_allclose(bilinear(map_, new), expected, rtol=0, atol=2e-5)


def test_what_fits_is_the_very_same() -> None:
    colors = noise(6, 8)
    assert bicubic(colors, (6, 8)) is colors
    assert bilinear(colors[..., 0], (6, 8)).base is colors


def test_nothing_is_brighter_than_white_or_darker_than_black() -> None:
    colors = np.zeros((40, 40, 3), np.float32)
    colors[:, 20:] = 1
    for size in ((90, 90), (13, 17)):
        made = bicubic(colors, size)
        assert made.min() == 0
        assert made.max() == 1


@pytest.mark.parametrize("new", [(20, 26), (19, 25), (10, 40)])
def test_colours_are_enlarged_as_maps_are_and_a_part_is_the_wholes(new: tuple[int, int]) -> None:
    colors = noise(10, 13)
    whole = bilinear(colors, new)
    maps = [bilinear(np.ascontiguousarray(colors[..., i]), new) for i in range(3)]
    np.testing.assert_array_equal(whole, np.stack(maps, 2))
    box = (slice(3, 9), slice(0, new[1] - 1))
    np.testing.assert_allclose(enlarged(colors, new, box), whole[box], rtol=0, atol=2e-6)
