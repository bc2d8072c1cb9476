"""The `reproduce` command: the paper's claims, tried again."""

from __future__ import annotations

import argparse
from pathlib import Path

from dynamic_style.backend.protocol.errors import UsageError

from ..loop.progress_file import keeping_progress
from ..loop.run_folder import check_usable
from ..reproduction.plots import check_plots
from ..reproduction.quick_data import draw_quick_data
from ..reproduction.report import REPORT, format_finding
from ..reproduction.session import CONFIGS, Session
from ..reproduction.table import (
    EXPERIMENTS,
    check_experiments,
    collect_results,
    report,
    run_experiment,
)
from .messages import is_one_of_several, print_note, print_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "claims",
        nargs="*",
        metavar="CLAIM",
        help=f"of {', '.join(EXPERIMENTS)} (default: all)",
    )
    parser.add_argument(
        "--data", type=Path, help="root of photos/train, photos/val and what configs name"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", required=True, help="folder for trainings and results"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny nets on drawn pictures, in minutes: shows that all runs, decides nothing",
    )
    parser.add_argument(
        "--configs",
        type=Path,
        metavar="FOLDER",
        help="configs of your own, CLAIM.toml, in place of the shipped ones",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def reproduce(options: argparse.Namespace) -> int:
    """Try each claim, or go on with it; returns the exit code, 0 whatever was found."""
    claims = list(dict.fromkeys(options.claims)) or list(EXPERIMENTS)
    unknown = [claim for claim in claims if claim not in EXPERIMENTS]
    if unknown:
        raise UsageError(f"no claim '{unknown[0]}'; take some of {', '.join(EXPERIMENTS)}")
    if options.data is None and not options.quick:
        raise UsageError("--data is missing: name the root of photos and paintings, or try --quick")
    if is_one_of_several():
        raise UsageError("it runs in one process; start it without torchrun")
    check_plots()
    check_usable(options.out, "folder for results")
    with keeping_progress(options.out):
        session = _open_session(options)
        check_experiments(session, claims)
        for claim in claims:
            result = run_experiment(session, claim)
            print_result(f"{claim}: {result.title}")
            for finding in result.findings:
                print_result(f"  {format_finding(finding)}")
            report(session, collect_results(session))
    print_result(f"report: {options.out / REPORT}")
    return 0


def _open_session(options: argparse.Namespace) -> Session:
    shipped, data, network = CONFIGS, options.data, options.loss_network
    given = f'--data "{data}"'
    if options.quick:
        shipped, data, given = CONFIGS / "quick", options.out / "quick-data", "--quick"
        network = draw_quick_data(data)
    elif network is not None:
        given += f' --loss-network "{network}"'
    if options.configs is not None:
        given += f' --configs "{options.configs}"'
    if options.device != "auto":
        given += f" --device {options.device}"
    return Session(
        data=data,
        out=options.out,
        configs=(shipped,) if options.configs is None else (options.configs, shipped),
        is_quick=options.quick,
        loss_network=network,
        device=options.device,
        note=print_note,
        options=given,
    )
