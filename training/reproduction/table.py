"""The experiments by the names that the command takes, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .experiments import working_points
from .findings import Result, read_result, write_result
from .report import write_report
from .session import RESULT, Session

EXPERIMENTS: dict[str, Callable[[Session], Result]] = {
    working_points.NAME: working_points.reproduce,
}


def run_experiment(session: Session, name: str) -> Result:
    """Train, measure and draw what is missing, and keep the result. Raises a TrainingError."""
    result = EXPERIMENTS[name](session)
    write_result(session.folder(name) / RESULT, result)
    return result


def collect_results(session: Session) -> list[Result]:
    """Of all experiments in the folder that have one. Raises CheckpointError."""
    found = [read_result(session.folder(name) / RESULT) for name in EXPERIMENTS]
    return [result for result in found if result is not None]


def report(session: Session, results: Sequence[Result]) -> None:
    write_report(session.out, results, data=str(session.data))
