"""A short training at half size, which tells whether a painting needs a lower lambda.

With lambda 5, 400 steps at half size left a style loss of 0.152 (Composition VII), 0.181 (The Great
Wave), 0.188 (The Starry Night) and 0.199 (Udnie). After 150 steps it stood in the same order, 1.19
to 1.28 times as high, so that it tells where a run will end. With lambda 2.9 Composition VII ended
at 0.208, with a content loss of 0.87 in place of 1.14: style falls with the power 0.58 of lambda. A
higher one brings nothing: after 145 steps with 7 Udnie's style loss was 5 % lower, its content loss
10 % higher. That was without grain and without the penalty on the net's grid; with both, 150 steps
leave 0.188 (Composition VII), 0.211 (The Starry Night) and 0.220 (The Great Wave).
"""

from __future__ import annotations

import csv
import dataclasses
import math
import statistics
from pathlib import Path

from ..errors import TrainingError
from ..loop.distributed import choose_device
from ..loop.progress import Part, Progress
from ..loop.run_folder import CONFIG, RunPaths
from ..notes import Note
from ..preflight import check_config
from ..runs import list_parts, train_run
from ..style_transfer.config import Objective, StyleConfig
from ..tasks import TASKS
from .preparation import PILOT, write_config
from .recipe import Recipe

STORED_PX, CROP_PX, WIDTH = 160, 128, 16  # whatever the run's are: the numbers below are for these
EXPECTED = 0.215  # style loss of the last steps, with the lambda of the recipe
POWER = 0.58
LEAST, MOST = 0.5, 1.0  # lambda is changed by a factor from one to the other
STEP_COST = 0.3  # of a step, in those of the run
LOOKED_AT = 3  # the last third of the steps


def train_pilot(
    config: StyleConfig,
    recipe: Recipe,
    paths: RunPaths,
    *,
    device: str,
    note: Note,
    progress: Progress,
) -> StyleConfig:
    """The config with the lambdas that the pilot asks for. paths: the run's. progress: gets the
    plan of pilot and run. Raises what train_run does.
    """
    folder = paths.folder / PILOT
    pilot = dataclasses.replace(paths, config=folder / CONFIG, folder=folder, cache=folder)
    write_config(make_pilot(config, recipe), pilot.config)
    check_config(pilot.config)
    task = TASKS[config.task]
    parts = list_parts(task, config, task.describe(config), choose_device(device))
    progress.plan([pilot_part(recipe), *parts])

    def follow(inner: Progress) -> None:
        if inner.name == "main" and progress.name != PILOT:
            progress.enter(PILOT, units=inner.units, done=inner.done)
        elif inner.name == "main" and inner.done > progress.done:
            progress.advance()

    train_run(pilot, device=device, note=note, progress=Progress(follow))
    adjusted = adjust_lambdas(config, read_style_loss(folder))
    factor = adjusted.main.objective.style_weight / config.main.objective.style_weight
    note(f"the pilot asks for {factor:.2f} times the usual lambda for this painting")
    return adjusted


def pilot_part(recipe: Recipe) -> Part:
    """As it counts in the progress of a run, of one that goes on after it, too."""
    return Part(PILOT, count_steps(recipe), STEP_COST)


def count_steps(recipe: Recipe) -> int:
    return 6 if recipe.is_trial else 150


def make_pilot(config: StyleConfig, recipe: Recipe) -> StyleConfig:
    """The config of the pilot for a run. Its dial is there because each config has one."""
    steps = count_steps(recipe)
    data = config.data
    if not recipe.is_trial:
        data = dataclasses.replace(data, stored_px=STORED_PX, crop_px=CROP_PX)
    width = config.net.width if recipe.is_trial else WIDTH
    dial = config.dials[0]
    return dataclasses.replace(
        config,
        data=data,
        net=dataclasses.replace(config.net, width=width),
        main=dataclasses.replace(config.main, steps=steps, objective=_halve(config.main.objective)),
        dials=(dataclasses.replace(dial, steps=1, higher=_halve(dial.higher)),),
        run=dataclasses.replace(config.run, sample_every_steps=steps, sample_px=data.stored_px),
    )


def read_style_loss(folder: Path) -> float:
    """Of the last steps of the pilot in folder. Raises TrainingError."""
    try:
        with (folder / "losses.csv").open(newline="", encoding="utf-8") as file:
            losses = [float(row["style"]) for row in csv.DictReader(file) if row["phase"] == "main"]
        loss = statistics.fmean(losses[-max(1, len(losses) // LOOKED_AT) :])
        if not (math.isfinite(loss) and loss >= 0):
            raise ValueError("its style losses are no possible ones")
    except (OSError, ValueError, TypeError, LookupError, csv.Error) as error:
        raise TrainingError(
            f"the pilot in '{folder}' cannot be read ({error}); delete that folder and start the "
            "same command again"
        ) from error
    return loss


def adjust_lambdas(config: StyleConfig, style_loss: float) -> StyleConfig:
    """The config with all lambdas times one factor, so that the run ends at no lower style loss
    than the recipe is for. style_loss: the pilot's.
    """
    factor = (style_loss / EXPECTED) ** (1 / POWER)
    factor = round(min(max(factor, LEAST), MOST), 2)

    def adjust(objective: Objective) -> Objective:
        return dataclasses.replace(objective, style_weight=objective.style_weight * factor)

    return dataclasses.replace(
        config,
        main=dataclasses.replace(config.main, objective=adjust(config.main.objective)),
        dials=tuple(dataclasses.replace(d, higher=adjust(d.higher)) for d in config.dials),
    )


def _halve(objective: Objective) -> Objective:
    return dataclasses.replace(objective, style_px=objective.style_px // 2)
