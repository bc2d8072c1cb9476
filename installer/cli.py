"""The installer's command line. Only `cli` modules and the screen print or decide an exit code.

Standard library only, so that it runs from a bare checkout: `python3 -m installer demo`.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import cli_setup, demo
from .environment.child_environment import clean_environment
from .environment.record import Environment
from .environment.setup import make_ready
from .errors import InstallerError
from .extras import add_options, chosen_extras
from .terminal import Screen, named_path

ROOT = Path(__file__).resolve().parent.parent
ON_ALL_CORES = ("-n", "logical", "--maxprocesses", "8", "--dist", "loadfile")  # of pytest-xdist
INTERRUPTED = 130  # the shells' code for a program ended by Ctrl-C

DESCRIPTION = "Installs Dynamic Style, or tries it out: nothing but Python 3.10 or newer is needed."
EPILOG = """\
`install` gives Krita and GIMP their plug-ins, and makes an environment for the backend in your data
folder; `uninstall` takes exactly that back. `demo` and `test` make the virtual environment `.venv`
in the checkout instead. All are quick where nothing has changed. Packages come from wherever this
machine's pip is told to look: its configuration and variables such as PIP_INDEX_URL,
PIP_FIND_LINKS, PIP_PROXY and PIP_CERT are followed. On a CPU pictures are painted without PyTorch;
--torch adds it, for a GPU, and --training adds what making packs of your own needs. Without an
NVIDIA GPU its build for CPUs is taken. `install --system-packages` needs no index.

examples:
  python3 -m installer install
  python3 -m installer install --krita --dry-run
  python3 -m installer install --training
  python3 -m installer doctor
  python3 -m installer package krita
  python3 -m installer demo
  python3 -m installer test
  python3 -m installer test tests/backend -k alpha
  python3 -m installer demo --venv /big-disk/dynamic-style
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    screen = Screen()
    try:
        return screen.exit_code(_run(sys.argv[1:] if arguments is None else arguments, screen))
    except SystemExit as ended:  # argparse, for --help and wrong usage
        return screen.exit_code(int(ended.code or 0))
    except InstallerError as error:
        screen.error(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        screen.error("Interrupted. Run the same command again to go on.")
        return INTERRUPTED


def _run(arguments: Sequence[str], screen: Screen) -> int:
    options, pytest_arguments = _parse(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end pip too, as Ctrl-C does
    if options.command == "demo":
        return _demo(options, screen)
    if options.command == "test":
        return _test(options, pytest_arguments, screen)
    return cli_setup.run(options, ROOT, screen)


def _parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="python3 -m installer",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
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
    cli_setup.add_parsers(commands)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"{options.command} does not know {' '.join(rest)}")
    return options, rest


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
    environment = _ready_environment(options, ("dev",), screen)
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
