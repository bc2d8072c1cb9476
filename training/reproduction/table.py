"""The experiments by the names that the command takes, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..completion.config import CompletionConfig
from ..errors import DatasetError
from ..face_generation.config import FaceConfig
from ..settings import TaskConfig
from ..style_transfer.config import StyleConfig
from .experiments import (
    alpha_grid,
    completion,
    faces,
    texture_scale,
    two_styles,
    wide_range,
    working_points,
)
from .findings import Result, read_result, write_result
from .report import write_report
from .session import RESULT, Session, check_experiment


@dataclass(frozen=True)
class Experiment:
    """kind: of its config. check: raises a TrainingError for one of that kind that cannot be tried.
    turns: the experiment whose nets it turns; empty for its own.
    """

    reproduce: Callable[[Session], Result]
    kind: type[object]
    check: Callable[[Any], object] = lambda config: config
    turns: str = ""


EXPERIMENTS = {
    working_points.NAME: Experiment(
        working_points.reproduce, working_points.WorkingPointsConfig, working_points.check_config
    ),
    alpha_grid.NAME: Experiment(
        alpha_grid.reproduce, alpha_grid.AlphaGridConfig, turns=working_points.NAME
    ),
    two_styles.NAME: Experiment(
        two_styles.reproduce, two_styles.TwoStylesConfig, two_styles.check_config
    ),
    texture_scale.NAME: Experiment(
        texture_scale.reproduce, texture_scale.TextureScaleConfig, texture_scale.check_config
    ),
    faces.NAME: Experiment(faces.reproduce, FaceConfig, faces.check_config),
    completion.NAME: Experiment(
        completion.reproduce, completion.FaceCompletionConfig, completion.check_config
    ),
    wide_range.NAME: Experiment(
        wide_range.reproduce, wide_range.WideRangeConfig, wide_range.check_config
    ),
}


def check_experiments(session: Session, names: Iterable[str]) -> None:
    """Check their configs and that the data which they name is there, before hours are spent.

    Raises ConfigError, LossNetworkError for a layer, CheckpointError and DatasetError.
    """
    for name in names:
        for called in filter(None, (name, EXPERIMENTS[name].turns)):
            experiment = EXPERIMENTS[called]
            config = check_experiment(session, called, experiment.kind)
            experiment.check(config)
            needed = _list_needed(config) if isinstance(config, TaskConfig) else []
            missing = [path for path in needed if not (session.data / path).exists()]
            if missing:
                raise DatasetError(
                    f"claim '{name}' needs '{session.data / missing[0]}', which is not there; put "
                    "it there, change the config (--configs), or name the claims to try"
                )


def run_experiment(session: Session, name: str) -> Result:
    """Train, measure and draw what is missing, and keep the result. Raises a TrainingError."""
    result = EXPERIMENTS[name].reproduce(session)
    write_result(session.folder(name) / RESULT, result)
    return result


def collect_results(session: Session) -> list[Result]:
    """Of all experiments in the folder that have one. Raises CheckpointError."""
    found = [read_result(session.folder(name) / RESULT) for name in EXPERIMENTS]
    return [result for result in found if result is not None]


def report(session: Session, results: Sequence[Result]) -> None:
    write_report(session.out, results, options=session.options)


def _list_needed(config: TaskConfig) -> list[str]:
    """What must be in the data root."""
    needed = [config.data.photos]
    if isinstance(config, StyleConfig):
        aims = [config.main.objective, *(dial.higher for dial in config.dials)]
        needed += [config.data.validation, *(aim.style for aim in aims)]
    elif isinstance(config, CompletionConfig) and config.data.layout == "folder":
        needed.append(config.data.validation)
    return needed
