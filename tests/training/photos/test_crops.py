"""The cache of squares is that of the photos, or is made again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from dynamic_style.training.photos.crops import load_squares
from dynamic_style.training.photos.reading import cut_squares

from ..conftest import draw_picture


def test_replaced_photo_is_read_again(tmp_path: Path) -> None:
    """Of the same size and with the same date."""
    photo = tmp_path / "photos" / "a.bmp"
    draw_picture(photo, seed=1)
    before = photo.stat()
    old = np.array(load_squares([photo], tmp_path, stored_px=32))
    draw_picture(photo, seed=2)
    os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert photo.stat().st_size == before.st_size
    new = load_squares([photo], tmp_path, stored_px=32)
    assert not np.array_equal(old, new)


@pytest.mark.parametrize("damage", ["cut header", "cut data", "empty", "text", "no Python"])
def test_damaged_cache_is_made_again(damage: str, tmp_path: Path) -> None:
    draw_picture(tmp_path / "a.png", seed=1)
    expected = np.array(load_squares([tmp_path / "a.png"], tmp_path, stored_px=32))
    (cached,) = tmp_path.glob("photos-*.npy")
    kept = cached.read_bytes()
    broken = {
        "cut header": kept[:60],
        "cut data": kept[:-500],
        "empty": b"",
        "text": b"hello" * 99,
        "no Python": kept.replace(b"'descr'", b"(descr("),
    }
    cached.write_bytes(broken[damage])
    again = load_squares([tmp_path / "a.png"], tmp_path, stored_px=32)
    np.testing.assert_array_equal(again, expected)


def test_several_squares_of_a_photo_show_different_parts_of_it(tmp_path: Path) -> None:
    """The first is the photo's centre, as when there is one square only."""
    draw_picture(tmp_path / "a.png", seed=1)
    draw_picture(tmp_path / "b.png", seed=2)
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    several = np.array(load_squares(files, tmp_path, stored_px=32, per_picture=5))
    alone = np.array(load_squares(files, tmp_path, stored_px=32))
    assert several.shape == (10, 32, 32, 3)
    np.testing.assert_allclose(several[::5].astype(int), alone, atol=48)  # other resampling
    assert len({square.tobytes() for square in several}) == 10
    np.testing.assert_array_equal(
        several, load_squares(files, tmp_path / "again", stored_px=32, per_picture=5)
    )


def test_squares_are_cut_from_half_the_short_side_to_all_of_it() -> None:
    """A ramp from left to right: a square's range of values is its share of the width."""
    ramp = torch.linspace(0, 1, 200).expand(1, 3, 100, 200)
    squares = cut_squares(ramp, 200, side_px=50, seed=3)
    shares = [float(square.max() - square.min()) for square in squares]
    assert shares[0] == pytest.approx(0.5, abs=0.02)
    assert 0.24 < min(shares) < 0.27
    assert 0.47 < max(shares) < 0.51
    lefts = [float(square.min()) for square in squares]
    assert min(lefts) < 0.02 and max(lefts) > 0.7
