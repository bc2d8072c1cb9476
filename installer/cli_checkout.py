"""The commands that only a checkout has: demo and test, which work in its own environment."""

from __future__ import annotations

import argparse
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import demo
from .environment.child_environment import clean_environment
from .environment.dependency_group import DEV
from .environment.record import Environment
from .environment.setup import make_ready
from .extras import add_options, chosen_extras
from .origin import ROOT
from .terminal import Screen, named_path

ON_ALL_CORES = ("-n", "logical", "--maxprocesses", "8", "--dist", "loadfile")  # of pytest-xdist
COMMANDS = ("demo", "test")


def add_parsers(commands: Any) -> None:
    """Add the parsers of this module's commands."""
    demo_parser = commands.add_parser(
        "demo",
        allow_abbrev=False,
        help="set up, then stylize the shipped photos with every shipped pack",
        description="Set up, then stylize the shipped photos with every shipped pack at several "
        "alphas; the pictures go to the folder `demo` of the checkout.",
    )
    test_parser = commands.add_parser(
        "test",
        allow_abbrev=False,
        help="set up with the test tools, then run the test suite",
        description="Set up with the test tools, then run the test suite. Everything but --venv "
        "is handed to pytest, whose exit code is passed on.",
        usage="python3 -m installer test [-h] [--venv DIR] [PYTEST ARGUMENTS ...]",
    )
    for command in (demo_parser, test_parser):
        command.add_argument(
            "--venv",
            metavar="DIR",
            type=named_path,
            default=ROOT / ".venv",
            help="where to make the environment (default: .venv in the checkout)",
        )
    add_options(demo_parser)


def run(options: argparse.Namespace, pytest_arguments: Sequence[str], screen: Screen) -> int:
    """Run one of this module's commands and return the exit code. Raises InstallerError."""
    if options.command == "test":
        return _test(options, pytest_arguments, screen)
    return _demo(options, screen)


def _demo(options: argparse.Namespace, screen: Screen) -> int:
    start_s = time.monotonic()
    environment = _ready_environment(options, chosen_extras(options), screen)
    set_up_s = time.monotonic() - start_s
    packs = demo.shipped_packs(environment)
    names = ", ".join(pack.id for pack in packs)
    screen.report(f"Stylizing the shipped photos with each shipped pack: {names}")
    pictures = []
    for picture in demo.make_pictures(environment, packs):
        took = f"{picture.seconds:6.1f} s" if picture.is_new else "as before"
        screen.report(f"{took:>9}  {picture.path.relative_to(ROOT)}")
        pictures.append(picture)
    made_s = sum(picture.seconds for picture in pictures)
    screen.report(
        f"\nset-up {set_up_s:.1f} s, {len(pictures)} pictures {made_s:.1f} s (each with the start "
        f"of the program).\nThe pictures are in {ROOT / demo.FOLDER}\n\nTry your own photo:\n"
        f"  {_shown(environment.program('dynamic-style'))} stylize PHOTO.jpg OUT.jpg "
        f"--pack {packs[0].id} --alpha 0.6"
    )
    return 0


def _test(options: argparse.Namespace, arguments: Sequence[str], screen: Screen) -> int:
    environment = _ready_environment(options, (DEV,), screen)
    parallel = ON_ALL_CORES if "no:xdist" not in " ".join(arguments) else ()
    done = subprocess.run(
        [str(environment.python), "-m", "pytest", *parallel, *arguments],  # theirs win
        cwd=ROOT,
        env=clean_environment(),
        check=False,
    )
    return done.returncode


def _ready_environment(
    options: argparse.Namespace, extras: tuple[str, ...], screen: Screen
) -> Environment:
    environment = Environment(root=ROOT, folder=options.venv.resolve())
    start_s = time.monotonic()
    worked = make_ready(environment, extras=extras, report=screen.report, status=screen.status)
    if worked:
        screen.report(f"The environment is ready ({time.monotonic() - start_s:.1f} s).")
    return environment


def _shown(path: Path) -> str:
    """Write a path as a shell takes it, from the checkout where it lies inside."""
    shown = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    return f'"{shown}"' if " " in shown else shown
