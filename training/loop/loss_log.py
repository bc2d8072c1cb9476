"""losses.csv of a run, with phase, step, total and the task's parts. It has every step once, of a
resumed run, too.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
from pathlib import Path

from ..errors import TrainingError
from ..run_files import explain_write_failure, replace_file

MOST_DIGITS = 18  # of a step: more than any training counts, and fewer than Python refuses to read


class LossLog:
    """Opening the log cuts its rows from step `first` of the phase on, and raises TrainingError
    where it cannot be read or written. totals: of the phase's steps before that.
    """

    def __init__(self, path: Path, *, phase: str, first: int) -> None:
        self.path, self.phase = path, phase
        kept: list[str] = []
        try:
            if path.exists():
                with path.open(newline="", encoding="utf-8", errors="replace") as old:
                    kept = [line for line in old if not _is_ahead(line, phase, first)]
        except OSError as error:
            raise TrainingError(
                f"log '{path}' cannot be read: {error.strerror}; move it away"
            ) from error
        self.totals = _read_totals(kept, phase)
        with replace_file(path, "log") as file:
            file.write("".join(kept).encode())
        # unbuffered: rows are few, and closing it never fails
        self.file = path.open("ab", buffering=0)

    def add(self, step: int, losses: dict[str, float]) -> None:
        """losses: total first, then the parts; in the same order at every step."""
        row = io.StringIO()
        writer = csv.writer(row, lineterminator="\n")
        try:
            if self.file.tell() == 0:
                writer.writerow(["phase", "step", *losses])
            writer.writerow([self.phase, step, *(f"{value:.9g}" for value in losses.values())])
            left = row.getvalue().encode()
            while left:  # a full disk takes a part, and refuses the rest
                left = left[self.file.write(left) :]
        except OSError as error:
            raise TrainingError(explain_write_failure(f"log '{self.path}'", error)) from error

    def close(self) -> None:
        self.file.close()


def _read_totals(lines: list[str], phase: str) -> list[float]:
    """The phase's finite totals. A line that somebody spoilt is passed over."""
    totals = []
    for line in lines:
        name, _, total, *_ = line.rstrip("\n").split(",")
        with contextlib.suppress(ValueError):
            if name == phase and math.isfinite(float(total)):
                totals.append(float(total))
    return totals


def _is_ahead(line: str, phase: str, first: int) -> bool:
    """Whether a row will be written again, or was cut short by a kill or a full disk."""
    cells = line.split(",")
    if not line.endswith("\n") or len(cells) < 3:
        return True
    if cells[:2] == ["phase", "step"]:
        return False
    step = cells[1]
    is_step = step.isdecimal() and len(step) <= MOST_DIGITS
    return not is_step or (cells[0] == phase and int(step) >= first)
