"""The cache of squares is that of the photos, or is made again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from dynamic_style.training.photos.crops import load_squares

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


@pytest.mark.parametrize("damage", ["cut header", "cut data", "empty", "text"])
def test_damaged_cache_is_made_again(damage: str, tmp_path: Path) -> None:
    draw_picture(tmp_path / "a.png", seed=1)
    expected = np.array(load_squares([tmp_path / "a.png"], tmp_path, stored_px=32))
    (cached,) = tmp_path.glob("photos-*.npy")
    kept = cached.read_bytes()
    broken = {"cut header": kept[:60], "cut data": kept[:-500], "empty": b"", "text": b"hello" * 99}
    cached.write_bytes(broken[damage])
    again = load_squares([tmp_path / "a.png"], tmp_path, stored_px=32)
    np.testing.assert_array_equal(again, expected)
