from __future__ import annotations

import pytest
from dynamic_style_krita.layers.bands import bands, rows_at_once
from dynamic_style_krita.plugin.hole_context import Box


@pytest.mark.parametrize("box", [Box(-7, -70, 30, 400), Box(3, 5, 9, 1), Box(0, 64, 1, 640)])
@pytest.mark.parametrize("rows", [1, 7, 64, 100, 1000])
def test_bands_cover_every_row_once(box: Box, rows: int) -> None:
    cut = bands(box, rows)
    covered = [y for band in cut for y in range(band.y, band.y + band.height)]
    assert covered == list(range(box.y, box.y + box.height))
    assert all((band.x, band.width) == (box.x, box.width) for band in cut)
    assert max(band.height for band in cut) <= rows


def test_bands_end_where_kritas_tiles_do() -> None:
    cut = bands(Box(0, -70, 10, 400), 150)
    assert all((band.y + band.height) % 64 == 0 for band in cut[:-1])


def test_a_band_of_the_widest_picture_still_has_a_row() -> None:
    assert rows_at_once(65_536, 16) >= 1
