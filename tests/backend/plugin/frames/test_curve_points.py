"""A curve's points by mouse and keys: they stay in their room and in order."""

from __future__ import annotations

from dynamic_style.backend.plugin.frames.curve_points import (
    CurveRoom,
    drop_point,
    free_frame,
    move_point,
    put_point,
)

ROOM = CurveRoom(0, 24, -0.25, 1.5)
POINTS = ((0, 0.1), (10, 0.5), (24, 0.9))


def test_a_point_is_put_in_order_and_in_its_room() -> None:
    assert put_point(POINTS, ROOM, 5, 0.333) == (((0, 0.1), (5, 0.33), *POINTS[1:]), 1)
    assert put_point((), ROOM, 99, 7.0) == (((24, 1.5),), 0)
    assert put_point(POINTS, ROOM, 10, -3.0) == (((0, 0.1), (10, -0.25), (24, 0.9)), 1)


def test_a_dragged_point_stops_beside_its_neighbours() -> None:
    assert move_point(POINTS, ROOM, 1, 30, 2.0) == (((0, 0.1), (23, 1.5), (24, 0.9)), 1)
    assert move_point(POINTS, ROOM, 1, -5, 0.5)[0][1] == (1, 0.5)
    assert move_point(POINTS, ROOM, 2, 12, 0.2)[0][2] == (12, 0.2)


def test_dropping_chooses_the_next_one() -> None:
    assert drop_point(POINTS, 1) == ((POINTS[0], POINTS[2]), 1)
    assert drop_point(POINTS, 2) == (POINTS[:2], 1)
    assert drop_point(POINTS[:1], 0) == ((), -1)


def test_keys_add_a_point_where_there_is_room() -> None:
    assert free_frame((), ROOM, -1) == 0
    assert free_frame(POINTS, ROOM, 0) == 5
    assert free_frame(POINTS, ROOM, 2) == 1, "nothing is free behind the last"
    narrow = CurveRoom(0, 1, 0.0, 1.0)
    assert free_frame(((0, 0.0), (1, 1.0)), narrow, 0) is None
