"""The `run` and `export` commands: checks before step 1, training, measuring, and the pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..completion import run as completion_run
from ..completion.config import read_completion_config
from ..completion.export import export_completion
from ..completion.run import TrainedCompletion
from ..errors import CheckpointError, ConfigError
from ..loop.run_folder import CONFIG, RunPaths, check_usable
from ..preflight import CONFIGS, check_completion, check_output, check_style
from ..style_transfer import run as style_run
from ..style_transfer.config import read_config, task_of
from ..style_transfer.export import export_pack
from ..style_transfer.run import TrainedRun
from .measure import (
    CLAIMS_FAIL,
    measure_trained,
    measure_trained_completion,
    report,
    report_completion,
)
from .messages import is_first_process, note, result


def run(options: argparse.Namespace) -> int:
    """Train, or go on, then measure and write; returns the exit code."""
    config = _find_config(options.config)
    paths = _paths(options, config, options.cache or options.run_folder)
    folder = _check_all(paths, options)
    if task_of(config) == "completion":
        completed = completion_run.run_completion(paths, device=options.device, note=note)
        return _measure_and_write(completed, folder, options)
    trained = style_run.run_training(paths, device=options.device, note=note)
    return _measure_and_write(trained, folder, options)


def export(options: argparse.Namespace) -> int:
    """Measure and write a run that is trained; returns the exit code."""
    config = options.config or options.run_folder / CONFIG
    if not config.exists():
        raise CheckpointError(f"'{options.run_folder}' holds no run: there is no '{config}'")
    paths = _paths(options, config, options.run_folder)
    folder = _check_all(paths, options)
    if task_of(config) == "completion":
        completed = completion_run.load_finished(paths, device=options.device)
        return _measure_and_write(completed, folder, options)
    trained = style_run.load_finished(paths, device=options.device)
    return _measure_and_write(trained, folder, options)


def _paths(options: argparse.Namespace, config: Path, cache: Path) -> RunPaths:
    return RunPaths(
        config=config,
        data=options.data,
        folder=options.run_folder,
        cache=cache,
        loss_network=options.loss_network,
    )


def _check_all(paths: RunPaths, options: argparse.Namespace) -> Path:
    """Check what the pack will want, while it costs nothing; returns the pack's folder."""
    name = str(paths.config)
    if task_of(paths.config) == "completion":
        completion, text = read_completion_config(paths.config)
        check_completion(completion, text, name=name)
        pack = completion.pack
    else:
        config, text = read_config(paths.config)
        check_style(config, text, name=name)
        pack = config.pack
    if is_first_process():
        check_usable(paths.folder, "run folder")
        check_usable(paths.cache, "cache folder")
    folder: Path = options.pack or paths.folder / "pack" / pack.id
    if is_first_process():
        check_output(folder, options.photo)
    return folder


def _measure_and_write(
    trained: TrainedRun | TrainedCompletion, folder: Path, options: argparse.Namespace
) -> int:
    if not is_first_process():
        return 0
    written = False
    try:
        if isinstance(trained, TrainedCompletion):
            measured = measure_trained_completion(trained, options.data)
            claims = report_completion(measured)
        else:
            tables = measure_trained(trained, options.data)
            claims = report(tables, trained.config)
        failed = [claim for claim in claims if not claim.holds]
        if not failed or options.keep_anyway:
            if isinstance(trained, TrainedCompletion):
                export_completion(trained, folder, measured=measured, photo=options.photo)
            else:
                export_pack(trained, folder, measurements=tables, photo=options.photo)
            written = True
            minutes = trained.seconds / 60
            result(f"pack written to {folder} after {minutes:.1f} minutes of training")
    finally:
        if not written:
            note(f"the trained net is kept in '{options.run_folder}'")
            note("`dynamic-style-train export` measures and writes it without training again")
    if not failed:
        return 0
    count = f"{len(failed)} of {len(claims)} promises of its tables fail"
    if written:
        note(f"{count}, and the pack was written all the same, as --keep-anyway asks:")
    else:
        note(f"no pack was written, since {count}; with --keep-anyway it is written:")
    for claim in failed:
        note(f"FAILS  {claim.text}")
    return CLAIMS_FAIL


def _find_config(name: str) -> Path:
    shipped = CONFIGS / f"{name}.toml"
    if not Path(name).exists() and shipped.exists():
        return shipped
    if not Path(name).exists():
        names = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))
        raise ConfigError(f"config '{name}' does not exist; give a TOML file or one of: {names}")
    return Path(name)
