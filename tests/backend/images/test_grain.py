"""Grain is the specification's noise, to the number, and never leaves the range of colours."""

from __future__ import annotations

import numpy as np
import pytest

from dynamic_style.backend.images.grain import add_grain, make_grain

FIRST = (3.179110, 2.338212)  # of 5 x 7 pixels, first row, red


def test_grain_is_noise_of_three_sizes() -> None:
    grain = make_grain(300, 400)
    assert grain.shape == (300, 400, 3) and grain.dtype == np.float32
    assert float(grain.mean()) == pytest.approx(0, abs=0.1)
    assert float(grain.std()) == pytest.approx(1, abs=0.05)
    small = grain[:288, :384].reshape(18, 16, 24, 16, 3).mean(axis=(1, 3))
    # the mean of 16 x 16 spots is the largest size's, a third of the whole
    assert float(small.std()) == pytest.approx((1 / 3) ** 0.5, rel=0.2)


def test_grain_begins_with_numpys_old_generator() -> None:
    """So that every version and machine adds the same; the finest noise comes first."""
    finest = np.random.RandomState(0).standard_normal((6, 8))
    rest = make_grain(5, 7)[..., 0] * 3**0.5 - finest[:5, :7]
    # what is left is spots of 4 and 16 pixels: smooth, so neighbours differ little
    assert np.abs(np.diff(rest, axis=0)).max() < 1.2
    np.testing.assert_allclose(make_grain(5, 7)[0, :2, 0], FIRST, atol=1e-5)


def test_other_seeds_give_other_grain() -> None:
    assert np.array_equal(make_grain(20, 20), make_grain(20, 20))
    assert not np.array_equal(make_grain(20, 20), make_grain(20, 20, seed=1))


def test_colours_keep_their_range_and_no_grain_changes_nothing() -> None:
    colors = np.zeros((40, 40, 3), np.float32)
    colors[20:] = 1
    noisy = add_grain(colors, 0.05)
    assert noisy.min() == 0 and noisy.max() == 1
    assert 0.01 < float(np.abs(noisy - colors).mean()) < 0.05
    assert add_grain(colors, 0.0) is colors
    assert set(np.unique(colors)) == {0, 1}, "the picture itself was changed"
