"""`python3 -m tests.hosts build`: build the roots and warm their homes, telling how far it is.
`python3 -m tests.hosts run trixie -- COMMAND`: run a command in a root, to try something out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .debian.inside import Session
from .debian.roots import SUITES, RootError, ensure_root
from .homes import copy_home, warm_home


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build")
    run = commands.add_parser("run")
    run.add_argument("suite", choices=SUITES)
    run.add_argument("inner", nargs="+", metavar="COMMAND")
    options = parser.parse_args()
    try:
        return _build() if options.command == "build" else _run(options.suite, options.inner)
    except RootError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _build() -> int:
    with ThreadPoolExecutor() as pool:  # most of the time one of them waits for the network
        list(pool.map(_build_suite, SUITES))
    return 0


def _build_suite(suite: str) -> None:
    root = ensure_root(suite, report=_report)
    warm_home(root, report=_report)
    _report(f"{suite}: ready, with {root.versions()}")


def _run(suite: str, command: list[str]) -> int:
    root = ensure_root(suite, report=_report)
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as scratch:
        home = copy_home(warm_home(root, report=_report), Path(scratch) / "home")
        with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
            done = session.run(*command, timeout_s=3600, check=False)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def _report(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
