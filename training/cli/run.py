"""The `run` and `export` commands: checks before step 1, training, measuring, and the pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from dynamic_style.backend.protocol.errors import UsageError

from ..errors import CheckpointError, ConfigError
from ..loop.progress_file import keeping_progress
from ..loop.run_folder import CONFIG, RunPaths, check_usable
from ..preflight import CONFIGS, check_config, check_output
from ..runs import load_finished, train_run
from ..tasks import read_config
from .messages import is_first_process
from .pack_output import PackOrder, measure_and_write, noting


def run(options: argparse.Namespace) -> int:
    """Train, or go on, then measure and write; returns the exit code."""
    paths = _collect_paths(
        options, _find_config(options.config), options.cache or options.run_folder
    )
    folder = _check_all(paths, options)
    with keeping_progress(paths.folder if is_first_process() else None) as file:
        progress = file.progress
        trained = train_run(paths, device=options.device, note=noting(progress), progress=progress)
        return measure_and_write(trained, _read_order(options, folder), file)


def export(options: argparse.Namespace) -> int:
    """Measure and write a run that is trained; returns the exit code."""
    config = options.config or options.run_folder / CONFIG
    if not config.exists():
        raise CheckpointError(f"'{options.run_folder}' holds no run: there is no '{config}'")
    paths = _collect_paths(options, config, options.run_folder)
    folder = _check_all(paths, options)
    trained = load_finished(paths, device=options.device)
    with keeping_progress(paths.folder) as file:
        return measure_and_write(trained, _read_order(options, folder), file)


def _collect_paths(options: argparse.Namespace, config: Path, cache: Path) -> RunPaths:
    return RunPaths(
        config=config,
        data=options.data,
        folder=options.run_folder,
        cache=cache,
        loss_network=options.loss_network,
    )


def _check_all(paths: RunPaths, options: argparse.Namespace) -> Path:
    """Check what the pack will want, before it costs a training. Returns the pack's folder."""
    pack = check_config(paths.config)
    task, _, _ = read_config(paths.config)
    if task.needs_photo and options.photo is None:
        raise UsageError("--photo is missing: name a freely licensed photo for the pack's previews")
    folder: Path = options.pack or paths.folder / "pack" / pack.id
    if is_first_process():
        check_usable(paths.folder, "run folder")
        check_usable(paths.cache, "cache folder")
        check_output(folder, options.photo)
    return folder


def _read_order(options: argparse.Namespace, folder: Path) -> PackOrder:
    """folder: the pack's."""
    return PackOrder(
        folder=folder,
        photo=options.photo,
        data=options.data,
        run_folder=options.run_folder,
        keep_anyway=options.keep_anyway,
    )


def _find_config(name: str) -> Path:
    shipped = CONFIGS / f"{name}.toml"
    if not Path(name).exists() and shipped.exists():
        return shipped
    if not Path(name).exists():
        names = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))
        raise ConfigError(f"config '{name}' does not exist; give a TOML file or one of: {names}")
    return Path(name)
