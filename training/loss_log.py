"""losses.csv of a run: phase, step, total, the task's parts; every step once, even when resumed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import IO


class LossLog:
    """Opening it cuts the rows that lie past the step from which the run goes on."""

    def __init__(self, path: Path, *, phase: str, first: int) -> None:
        kept: list[str] = []
        if path.exists():
            with path.open(newline="", encoding="utf-8") as old:
                kept = [line for line in old if not _is_ahead(line, phase, first)]
        path.write_text("".join(kept), encoding="utf-8", newline="")
        self.phase = phase
        self.file: IO[str] = path.open("a", newline="", encoding="utf-8")

    def add(self, step: int, losses: dict[str, float]) -> None:
        """losses: total first, then the parts; in the same order at every step."""
        writer = csv.writer(self.file, lineterminator="\n")
        if self.file.tell() == 0:
            writer.writerow(["phase", "step", *losses])
        writer.writerow([self.phase, step, *(f"{value:.9g}" for value in losses.values())])

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.close()


def _is_ahead(line: str, phase: str, first: int) -> bool:
    """Whether a row will be written again, or was cut short by a kill."""
    cells = line.split(",")
    return not line.endswith("\n") or (cells[0] == phase and int(cells[1]) >= first)
