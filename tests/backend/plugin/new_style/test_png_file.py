"""The painting as the training's own reader sees it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.plugin.new_style.png_file import write_png
from dynamic_style.backend.protocol.pixels import Layout, Pixels, packed_pixels


@pytest.mark.parametrize(("layout", "order"), [("rgba", [0, 1, 2]), ("bgra", [2, 1, 0])])
def test_opaque_pixels_are_kept(layout: Layout, order: list[int], tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(0, 256, (37, 91, 4), dtype=np.uint8)
    samples[..., 3] = 255
    data = samples.tobytes()
    pixels = packed_pixels(91, 37, data, layout=layout, depth="u8", alpha="straight")
    write_png(tmp_path / "painting.png", pixels)
    with Image.open(tmp_path / "painting.png") as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        assert np.array_equal(np.asarray(image), samples[..., order])


def test_what_is_transparent_becomes_white_and_padding_is_left_out(tmp_path: Path) -> None:
    row = bytes([10, 20, 30, 0, 10, 20, 30, 255, 0, 100, 255, 128]) + b"pads"
    pixels = Pixels(3, 1, 16, "rgba", "u8", "straight", "srgb", (0.0, 255.0), row)
    write_png(tmp_path / "painting.png", pixels)
    with Image.open(tmp_path / "painting.png") as image:
        assert np.asarray(image).tolist() == [[[255] * 3, [10, 20, 30], [127, 177, 255]]]
