"""What is said of curves, on curves whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dynamic_style.training.reproduction.curves import (
    Means,
    are_most_inside,
    count_inside,
    decide,
    find_nearest,
    least_gap,
    median_gap,
    middle_gap,
)


def _line(contents: list[float], *, factor: float = 1.0) -> Means:
    """Points of style = factor / content: straight on logarithmic scales."""
    return np.array([[content, factor / content] for content in contents])


def test_gaps_are_those_of_the_logarithms_at_equal_content() -> None:
    reference = _line([1.0, 2.0, 8.0])
    assert median_gap(_line([1.5, 3.0, 5.0]), reference) == pytest.approx(0, abs=1e-12)
    above = _line([1.5, 3.0, 5.0], factor=1.1)
    below = _line([1.5, 3.0, 5.0], factor=0.9)
    assert middle_gap(above, reference) == pytest.approx(math.log(1.1))
    assert middle_gap(below, reference) == pytest.approx(math.log(0.9))
    assert median_gap(below, reference) == pytest.approx(-math.log(0.9))
    assert least_gap(np.concatenate([above, below]), reference) == pytest.approx(math.log(0.9))


def test_a_reference_need_not_be_in_the_order_of_its_content() -> None:
    shuffled = _line([8.0, 1.0, 2.0])
    assert median_gap(_line([1.5, 3.0, 5.0]), shuffled) == pytest.approx(0, abs=1e-12)


def test_points_beyond_the_reference_are_not_compared() -> None:
    reference = _line([1.0, 2.0])
    curve = _line([0.5, 1.5, 4.0], factor=2.0)
    assert count_inside(curve, reference) == 1
    assert not are_most_inside(curve[None], reference[None])
    assert middle_gap(curve, reference) == pytest.approx(math.log(2))
    assert (
        decide(lambda means: median_gap(means[0], means[1]), [curve[None, :1], reference[None]])[0]
        is None
    )


def test_the_nearest_point_is_so_on_logarithmic_scales() -> None:
    reference = _line([1.0, 10.0, 100.0])
    assert find_nearest(_line([1.0, 2.9, 3.5, 60.0]), reference) == [0, 0, 1, 2]


def test_the_interval_is_as_wide_as_the_photos_differ() -> None:
    random = np.random.default_rng(3)
    reference = np.repeat(_line([1.0, 2.0, 4.0])[None], 200, axis=0)
    curve = np.repeat(_line([1.5, 3.0], factor=1.2)[None], 200, axis=0)
    curve[..., 1] *= np.exp(random.normal(0, 0.2, (200, 1)))
    value, interval = decide(lambda means: middle_gap(means[0], means[1]), [curve, reference])
    assert value is not None and interval is not None
    assert interval[0] < math.log(1.2) + 0.02 < interval[1]
    assert interval[1] - interval[0] == pytest.approx(2 * 1.96 * 0.2 / math.sqrt(200), rel=0.2)
