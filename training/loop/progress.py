"""How far a run is, and when all of it will be done.

A run is a list of parts, such as its phases, each of so many units. The time of a unit is measured
in the part that is going on, and follows for later parts from what their units cost.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

LAST_UNITS = 100  # over which time is measured: a machine that gets busy shows soon
FEWEST_UNITS = 4  # from which on it is; the first one prepares what the others find


@dataclass(frozen=True)
class Part:
    """cost: of a unit, in training steps."""

    name: str
    units: int
    cost: float = 1.0


class Progress:
    """Its listeners are called after each change, from the thread that makes it.

    name, done and units: of the part that is going on. sheet: the latest sample sheet. note: the
    latest sentence for whoever trains.
    """

    def __init__(
        self,
        *listeners: Callable[[Progress], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.listeners, self.clock = list(listeners), clock
        self.parts: tuple[Part, ...] = ()
        self.name, self.done, self.units = "", 0, 0
        self.sheet: Path | None = None
        self.note = ""
        self.step_s: float | None = None  # seconds of a training step
        self._ends: deque[float] = deque(maxlen=LAST_UNITS)

    def plan(self, parts: Sequence[Part]) -> None:
        """Say which parts the run has, in their order."""
        self.parts = tuple(parts)

    def enter(self, name: str, *, units: int, done: int = 0) -> None:
        """Begin with a part, or go on with it. One that is not planned comes before all that are.
        units: where they are not as planned, the plan is corrected.
        """
        self.parts = tuple(
            Part(name, units, part.cost) if part.name == name else part for part in self.parts
        )
        self.name, self.units, self.done = name, units, done
        self._ends.clear()
        self._report()

    def advance(self) -> None:
        """Count a unit as done."""
        self.done += 1
        self._ends.append(self.clock())
        unit_s, place = self._measure_unit(), self._find_place()
        if unit_s is not None and place is not None:
            self.step_s = unit_s / self.parts[place].cost
        self._report()

    def show(self, sheet: Path) -> None:
        self.sheet = sheet
        self._report()

    def tell(self, note: str) -> None:
        self.note = note
        self._report()

    @property
    def fraction(self) -> float:
        """The share of the planned work that is done, from 0 to 1."""
        place = self._find_place()
        if place is None:
            return 0.0
        done = sum(part.units * part.cost for part in self.parts[:place])
        whole = sum(part.units * part.cost for part in self.parts)
        return (done + self.done * self.parts[place].cost) / whole if whole else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until all parts are done; None as long as too little was done to tell."""
        place = self._find_place()
        if place is None or self.step_s is None:
            return None
        later = sum(part.units * part.cost for part in self.parts[place + 1 :])
        unit_s = self._measure_unit() or self.step_s * self.parts[place].cost
        return (self.units - self.done) * unit_s + later * self.step_s

    def _report(self) -> None:
        for listener in self.listeners:
            listener(self)

    def _find_place(self) -> int | None:
        names = [part.name for part in self.parts]
        return names.index(self.name) if self.name in names else None

    def _measure_unit(self) -> float | None:
        if len(self._ends) < FEWEST_UNITS:
            return None
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)
