"""The `run` and `export` commands: checks before step 1, training, measuring, and the pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import CheckpointError, ConfigError
from ..loop.run_folder import CONFIG, RunPaths, check_usable
from ..preflight import CONFIGS, check_config, check_output
from ..runs import export_run, load_finished, train_run
from ..task_commands import Trained
from .measure import CLAIMS_FAIL, report
from .messages import is_first_process, print_note, print_result


def run(options: argparse.Namespace) -> int:
    """Train, or go on, then measure and write; returns the exit code."""
    paths = _collect_paths(
        options, _find_config(options.config), options.cache or options.run_folder
    )
    folder = _check_all(paths, options)
    trained = train_run(paths, device=options.device, note=print_note)
    return _measure_and_write(trained, folder, options)


def export(options: argparse.Namespace) -> int:
    """Measure and write a run that is trained; returns the exit code."""
    config = options.config or options.run_folder / CONFIG
    if not config.exists():
        raise CheckpointError(f"'{options.run_folder}' holds no run: there is no '{config}'")
    paths = _collect_paths(options, config, options.run_folder)
    folder = _check_all(paths, options)
    trained = load_finished(paths, device=options.device)
    return _measure_and_write(trained, folder, options)


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
    folder: Path = options.pack or paths.folder / "pack" / pack.id
    if is_first_process():
        check_usable(paths.folder, "run folder")
        check_usable(paths.cache, "cache folder")
        check_output(folder, options.photo)
    return folder


def _measure_and_write(trained: Trained, folder: Path, options: argparse.Namespace) -> int:
    if not is_first_process():
        return 0
    task, config = trained.task, trained.config
    written = False
    try:
        measured = task.measure(trained.net, config, trained.network, options.data, note=print_note)
        claims = task.check_claims(measured, config)
        report(measured, claims)
        failed = [claim for claim in claims if not claim.holds]
        if not failed or options.keep_anyway:
            export_run(trained, folder, measured=measured, photo=options.photo)
            written = True
            minutes = trained.seconds / 60
            print_result(f"pack written to {folder} after {minutes:.1f} minutes of training")
    finally:
        if not written:
            print_note(f"the trained net is kept in '{options.run_folder}'")
            print_note("`dynamic-style-train export` measures and writes it without training again")
    if not failed:
        return 0
    count = f"{len(failed)} of {len(claims)} promises of its tables fail"
    if written:
        print_note(f"{count}, and the pack was written all the same, as --keep-anyway asks:")
    else:
        print_note(f"no pack was written, since {count}; with --keep-anyway it is written:")
    for claim in failed:
        print_note(f"FAILS  {claim.text}")
    return CLAIMS_FAIL


def _find_config(name: str) -> Path:
    shipped = CONFIGS / f"{name}.toml"
    if not Path(name).exists() and shipped.exists():
        return shipped
    if not Path(name).exists():
        names = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))
        raise ConfigError(f"config '{name}' does not exist; give a TOML file or one of: {names}")
    return Path(name)
