"""How far a run is, by a clock that the test turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.loop.progress import Part, Progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def take(progress: Progress, clock: Clock, units: int, *, seconds: float) -> None:
    for _ in range(units):
        clock.now += seconds
        progress.advance()


def test_the_time_left_is_known_after_a_few_steps_and_counts_all_parts() -> None:
    clock = Clock()
    progress = Progress(clock=clock)
    progress.enter("photos", units=10)
    take(progress, clock, 10, seconds=1)
    assert (progress.seconds_left, progress.fraction) == (None, 0.0)
    progress.plan([Part("main", 100), Part("strength.higher", 50), Part("measuring", 10, 5.0)])
    progress.enter("main", units=100)
    take(progress, clock, 1, seconds=60)  # the first one prepares what the others find
    assert progress.seconds_left is None
    take(progress, clock, 9, seconds=2)
    assert progress.seconds_left == pytest.approx(2 * (90 + 50 + 10 * 5))
    assert progress.fraction == pytest.approx(10 / 200)


def test_each_part_is_timed_by_itself() -> None:
    clock = Clock()
    progress = Progress(clock=clock)
    progress.plan([Part("main", 10), Part("measuring", 10, 5.0), Part("export", 1, 3.0)])
    progress.enter("main", units=10)
    take(progress, clock, 10, seconds=2)
    progress.enter("measuring", units=20)  # there are more photos than were planned
    assert progress.seconds_left == pytest.approx(2 * (20 * 5 + 3))
    take(progress, clock, 10, seconds=1)
    assert progress.seconds_left == pytest.approx(10 * 1 + 3 * 1 / 5)
    assert progress.fraction == pytest.approx((10 + 10 * 5) / (10 + 20 * 5 + 3))


def test_a_run_that_goes_on_begins_where_it_was() -> None:
    clock = Clock()
    progress = Progress(clock=clock)
    progress.plan([Part("main", 100), Part("strength.higher", 100)])
    progress.enter("strength.higher", units=100, done=50)
    assert (progress.fraction, progress.seconds_left) == (0.75, None)
    take(progress, clock, 10, seconds=1)
    assert progress.seconds_left == pytest.approx(40)


def test_a_busy_machine_shows_soon() -> None:
    clock = Clock()
    progress = Progress(clock=clock)
    progress.plan([Part("main", 1000)])
    progress.enter("main", units=1000)
    take(progress, clock, 500, seconds=1)
    take(progress, clock, 100, seconds=3)
    assert progress.seconds_left == pytest.approx(400 * 3)


def test_a_listener_is_told_of_every_change() -> None:
    seen: list[tuple[str, int, Path | None, str]] = []
    progress = Progress(lambda p: seen.append((p.name, p.done, p.sheet, p.note)))
    progress.enter("main", units=2)
    progress.advance()
    progress.show(Path("sheet.jpg"))
    progress.tell("a note")
    assert seen == [
        ("main", 0, None, ""),
        ("main", 1, None, ""),
        ("main", 1, Path("sheet.jpg"), ""),
        ("main", 1, Path("sheet.jpg"), "a note"),
    ]
