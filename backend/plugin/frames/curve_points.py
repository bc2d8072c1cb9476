"""The points of a dial's curve, as they are set by mouse and keys.

Points are (frame, alpha) by rising frames, each frame once, as AlphaKeys has them.
"""

from __future__ import annotations

from dataclasses import dataclass

Points = tuple[tuple[int, float], ...]

DECIMALS = 2  # of alpha, as of the dials


@dataclass(frozen=True)
class CurveRoom:
    """Where points may lie: frames from first to last, alpha from low to high."""

    first: int
    last: int
    low: float
    high: float

    def clamped(self, frame: int, alpha: float) -> tuple[int, float]:
        alpha = round(min(self.high, max(self.low, alpha)), DECIMALS)
        return min(self.last, max(self.first, frame)), alpha + 0.0


def put_point(points: Points, room: CurveRoom, frame: int, alpha: float) -> tuple[Points, int]:
    """The points with one more, which takes the place of another at its frame; and its index."""
    point = room.clamped(frame, alpha)
    others = [one for one in points if one[0] != point[0]]
    made = tuple(sorted([*others, point]))
    return made, made.index(point)


def move_point(
    points: Points, room: CurveRoom, index: int, frame: int, alpha: float
) -> tuple[Points, int]:
    """The points with one moved. It does not leap over others: it stops beside them."""
    frame, alpha = room.clamped(frame, alpha)
    if index > 0:
        frame = max(frame, points[index - 1][0] + 1)
    if index + 1 < len(points):
        frame = min(frame, points[index + 1][0] - 1)
    return (*points[:index], (frame, alpha), *points[index + 1 :]), index


def drop_point(points: Points, index: int) -> tuple[Points, int]:
    """The points without one, and the index of the one to be chosen then; -1 without any."""
    left = (*points[:index], *points[index + 1 :])
    return left, min(index, len(left) - 1)


def free_frame(points: Points, room: CurveRoom, index: int) -> int | None:
    """Where a point can be added by a key: halfway to the next, or to the end; None: nowhere."""
    taken = {frame for frame, _ in points}
    if index < 0:
        return room.first
    start = points[index][0]
    end = points[index + 1][0] if index + 1 < len(points) else room.last
    middle = (start + end + 1) // 2
    candidates = [middle, *range(start + 1, room.last + 1), *range(room.first, start)]
    return next((frame for frame in candidates if frame not in taken), None)
