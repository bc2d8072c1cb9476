"""Fills of a hole: what goes on, what is never taken, what stays."""

from __future__ import annotations

import numpy as np
import pytest

from dynamic_style.backend.compute.engine import Floats
from dynamic_style.backend.tasks.inpainting.fills import Fills, fill_with_patches
from dynamic_style.backend.tasks.inpainting.pyramid import Flags, erode


def _checks(height: int, width: int, *, tile_px: int = 12) -> Floats:
    """A pattern that repeats every 2 tiles and has a mark in each, so that no tile is flat."""
    y, x = np.arange(height)[:, None], np.arange(width)
    tile = ((y // tile_px + x // tile_px) % 2).astype(np.float32)
    mark = ((y % tile_px < 3) & (x % tile_px < 5)).astype(np.float32)
    return np.stack([tile, (tile + mark) / 2, 1 - mark], 2) * np.float32(0.8) + np.float32(0.1)


def _hole(height: int, width: int, top: int, left: int, side: int) -> Flags:
    hole = np.zeros((height, width), np.bool_)
    hole[top : top + side, left : left + side] = True
    return hole


def _noise(height: int, width: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).random((height, width, 3), np.float32)


def _grain(height: int, width: int, seed: int) -> Floats:
    noise = np.random.default_rng(seed).standard_normal((height, width, 3), np.float32)
    return np.float32(0.5) + np.float32(0.1) * np.clip(noise, -4, 4)


def _with(image: Floats, hole: Flags, value: float) -> Floats:
    return np.where(hole[..., None], np.float32(value), image)


def _error(fill: Floats, clean: Floats, hole: Flags) -> float:
    return float(np.abs(fill - clean)[hole].mean())


@pytest.mark.parametrize(
    ("size", "side"),
    [
        pytest.param((120, 132), 30, id="labelled-at-full-size"),
        pytest.param((240, 250), 80, id="refined-twice"),
    ],
)
def test_detailed_fill_carries_a_pattern_on_as_sharp_as_it_is(
    size: tuple[int, int], side: int
) -> None:
    clean, hole = _checks(*size), _hole(*size, 45, 50, side)
    fills = fill_with_patches(_with(clean, hole, 0.5), hole)
    within = erode(erode(hole.astype(np.float32))) > 0
    assert _error(fills.detailed, clean, within) < 0.01
    assert (
        _error(fills.detailed, clean, hole & ~within) < 0.1
    )  # eased, but the pattern all the same
    assert _error(fills.smooth, clean, hole) > 0.2  # no structure at all


def test_what_is_known_stays_bit_for_bit() -> None:
    image, hole = _noise(70, 90), _hole(70, 90, 20, 30, 24)
    fills = fill_with_patches(image, hole)
    for fill in (fills.detailed, fills.mean, fills.smooth):
        np.testing.assert_array_equal(fill[~hole], image[~hole])


def test_grain_of_noise_is_kept() -> None:
    image, hole = _grain(160, 160, seed=2), _hole(160, 160, 50, 50, 60)
    fills = fill_with_patches(image, hole)
    spread = float(image[~hole].std())
    assert float(fills.detailed[hole].std()) > 0.9 * spread
    assert float(fills.smooth[hole].std()) < 0.5 * spread


def test_light_that_falls_off_leaves_no_step_at_the_edge() -> None:
    slope = np.linspace(0.1, 0.9, 128, dtype=np.float32)[:, None]
    clean = slope * (np.float32(0.9) + np.float32(0.1) * _checks(128, 128))
    hole = _hole(128, 128, 40, 44, 40)
    fills = fill_with_patches(_with(clean, hole, 1.0), hole)
    for outside, inside in ((43, 44), (84, 83)):
        steps = [p[40:80, inside] - p[40:80, outside] for p in (fills.detailed, clean)]
        assert float(np.abs(steps[0] - steps[1]).mean()) < 0.03


def test_smooth_fill_goes_on_as_steeply_as_the_picture_comes_in() -> None:
    wave = 0.5 + 0.4 * np.sin(np.arange(96) / 10)
    clean = np.broadcast_to(wave[:, None], (96, 96, 3)).astype(np.float32)
    hole = _hole(96, 96, 34, 34, 28)  # 2.8 radians of the wave: steep at its sides
    smooth = fill_with_patches(_with(clean, hole, 0.0), hole).smooth
    for outside, inside in ((33, 34), (62, 61)):
        steps = [(p[48, inside] - p[48, outside]).mean() for p in (smooth, clean)]
        assert 0.45 < float(steps[0] / steps[1]) < 1  # 0.27 and 0.32 by a membrane


def test_fills_beside_black_and_white_stay_in_range() -> None:
    """Beyond it a training crop of bytes would wrap."""
    image = _noise(64, 64).round()
    fills = fill_with_patches(image, _hole(64, 64, 0, 0, 20))
    for fill in (fills.detailed, fills.mean, fills.smooth):
        assert float(fill.min()) >= 0
        assert float(fill.max()) <= 1


def test_copies_come_out_of_the_smooth_fill_at_the_edge() -> None:
    image = np.clip(_grain(96, 96, seed=4), 0, 1)
    hole = _hole(96, 96, 30, 30, 36)
    fills = fill_with_patches(image, hole)
    for copy in (fills.detailed, fills.mean):
        rings, inside = [], hole.astype(np.float32)
        for _ in range(3):
            ring, inside = inside - erode(inside), erode(inside)
            rings.append(_error(copy, fills.smooth, ring > 0))
        assert rings[0] < 0.6 * rings[2]
        assert rings[1] < 0.8 * rings[2]


def test_nothing_is_copied_from_where_it_may_not_be() -> None:
    image, hole = _checks(100, 100), _hole(100, 100, 36, 36, 24)
    image[:, :30] = 0.9, 0.0, 0.9  # the pattern has no such
    usable = np.ones((100, 100), np.bool_)
    usable[:, :30] = False
    fills = fill_with_patches(image, hole, usable=usable)
    clean = _checks(100, 100)
    assert _error(fills.detailed, clean, hole) < 0.01


def test_where_no_whole_patch_is_known_the_fill_is_smooth() -> None:
    image, hole = _noise(40, 40), _hole(40, 40, 3, 3, 34)
    fills = fill_with_patches(image, hole)
    assert (fills.mean == fills.smooth).all()
    assert (fills.detailed == fills.smooth).all()
    assert np.isfinite(fills.detailed).all()


def test_equal_seeds_give_equal_fills_and_the_working_size_is_enough() -> None:
    image, hole = _noise(200, 160), _hole(200, 160, 60, 50, 50)
    first, second = (fill_with_patches(image, hole, seed=3, working_px=90) for _ in range(2))
    assert _all_equal(first, second)
    assert max(first.mean.shape[:2]) in range(90, 180)
    assert first.detailed.shape == image.shape


def _all_equal(one: Fills, other: Fills) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("detailed", "mean", "smooth")
    )


def test_filling_tells_how_far_it_is_and_can_be_stopped() -> None:
    image, hole = _noise(120, 120), _hole(120, 120, 40, 40, 40)
    shares: list[float] = []

    def stop_half_way(share: float) -> None:
        shares.append(share)
        if share >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fill_with_patches(image, hole, on_progress=stop_half_way)
    assert shares == sorted(shares)
    assert len(shares) > 1


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        pytest.param((96, 128), (30, 40), id="refined-twice"),
        pytest.param((96, 128), (16, 20), id="refined-once"),
        pytest.param((81, 101), (15, 21), id="odd"),
        pytest.param((90, 120), (9, 9), id="at-full-size-only"),
    ],
)
def test_little_that_is_kept_is_enough_to_fill_from(
    size: tuple[int, int], kept: tuple[int, int]
) -> None:
    """Though most places are far from what is kept."""
    hole = np.ones(size, np.bool_)
    hole[-kept[0] :, -kept[1] :] = False
    image = _with(_checks(*size) / 2, hole, 1.0)  # what is kept has no such colours
    fills = fill_with_patches(image, hole)
    for fill in (fills.detailed, fills.mean, fills.smooth):
        assert np.isfinite(fill).all()
        assert float(fill.max()) < 0.6
    np.testing.assert_array_equal(fills.detailed[~hole], image[~hole])


def test_a_hole_too_large_for_what_is_kept_is_filled_smoothly() -> None:
    hole = np.ones((240, 240), np.bool_)
    hole[-10:, -10:] = False
    fills = fill_with_patches(_checks(240, 240), hole)
    assert (fills.detailed == fills.smooth).all()
    assert (fills.mean == fills.smooth).all()
