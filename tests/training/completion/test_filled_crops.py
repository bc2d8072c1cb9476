"""Fills are made for the photos that are there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dynamic_style.training.completion.filled_crops import load_filled_crops
from dynamic_style.training.photos.crops import PhotoSet


def test_replaced_photo_is_filled_again(tmp_path: Path) -> None:
    """The last of many: each one counts, not a sample of them."""
    squares = np.random.default_rng(1).integers(0, 255, (40, 32, 32, 3), np.uint8)
    other = squares.copy()
    other[-1, 0, 0] ^= 128
    for photos in (squares, other, squares):
        load_filled_crops(PhotoSet(photos, crop_px=32, seed=1), tmp_path, count=1, workers=1)
    assert len(list(tmp_path.glob("fills-*.npy"))) == 2
