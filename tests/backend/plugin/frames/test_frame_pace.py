"""How far a run over frames says that it is."""

from __future__ import annotations

from dynamic_style.backend.plugin.frames.frame_pace import FramePace


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_first_frame_does_not_count_once_there_are_others() -> None:
    clock = Clock()
    pace = FramePace(5, clock=clock)
    assert pace.text(0.5) == "Frame 1 of 5" and pace.fraction(0.5) == 0.1
    clock.now_s += 30  # the backend had to be started
    pace.mark()
    assert pace.text(0.0) == "Frame 2 of 5, about 2 min left"
    clock.now_s += 10
    pace.mark()
    assert pace.eta_s(0.0) == 30
    assert pace.text(0.5) == "Frame 3 of 5, about 25 s left"
    for _ in range(3):
        pace.mark()
    assert pace.text(0.0) == "Frame 5 of 5" and pace.fraction(0.0) == 1
