"""Zooming and moving about in the preview."""

from __future__ import annotations

import pytest

from dynamic_style.backend.plugin.previews.view_geometry import ViewGeometry


@pytest.fixture
def view() -> ViewGeometry:
    made = ViewGeometry((2000, 1000))
    made.resize((500, 400))
    return made


def test_layer_fits_and_is_centred(view: ViewGeometry) -> None:
    assert (view.scale, view.shown, view.origin) == (0.25, (500, 250), (0, 75))
    assert not view.is_cut


def test_zoom_keeps_the_place_under_the_pointer(view: ViewGeometry) -> None:
    view.zoom_by(4.0, at=(400, 100))  # 80 % across, 40 % down; 175 px down in the window
    (left, top), (x, y) = view.hidden, view.origin
    assert view.scale == 1.0
    assert (left + 400 - x, top + 175 - y) == pytest.approx((1600, 400), abs=1)


def test_moving_stops_at_the_edges(view: ViewGeometry) -> None:
    view.zoom_to(1.0)
    view.move_by(-9000, -9000)
    assert view.hidden == pytest.approx((0, 0))
    view.move_by(9000, 9000)
    assert view.hidden == pytest.approx((1500, 600))
    view.move_by(-100, 0)  # at once, without having to undo the excess
    assert view.hidden == pytest.approx((1400, 600))


def test_tiny_layer_is_enlarged_only_so_far() -> None:
    view = ViewGeometry((10, 10))
    view.resize((500, 400))
    assert view.shown == (40, 40)


def test_another_part_is_shown_to_fit(view: ViewGeometry) -> None:
    view.zoom_by(4.0, at=(400, 100))
    view.show((300, 400))
    assert (view.scale, view.shown, view.origin) == (1.0, (300, 400), (100, 0))
