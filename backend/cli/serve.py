"""dynamic-style serve, status, stop: the backend that Krita, GIMP and --via-backend talk to.

Its arguments alone: what runs it is in serving.py, which other commands need not load.
"""

from __future__ import annotations

import argparse
from typing import Any

from .arguments.numbers import finite_number, whole_number
from .console import Console
from .options import ServeOptions, add_engine_arguments, engine_wish

MIB = 1 << 20
MOST_CACHE_MB = 1 << 20  # a terabyte
MOST_IDLE_S = 365 * 86_400  # a year


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    text = "run the backend for Krita, GIMP and --via-backend, until nobody needs it"
    serve = commands.add_parser(
        "serve", help=text, description=text.capitalize() + ".", parents=parents
    )
    add_engine_arguments(serve)
    serve.add_argument(
        "--cache-mb",
        type=whole_number(0, MOST_CACHE_MB),
        metavar="N",
        help="memory for kept activations; a share otherwise",
    )
    serve.add_argument(
        "--idle-exit",
        type=finite_number(0, MOST_IDLE_S),
        default=300.0,
        metavar="SECONDS",
        help="how long to stay when nobody is connected (default %(default)g)",
    )
    serve.set_defaults(run=run_serve)
    text = "show what the running backend does"
    status = commands.add_parser(
        "status", help=text, description=text.capitalize() + ".", parents=parents
    )
    status.set_defaults(run=run_status)
    text = "end the running backend, for all its clients"
    stop = commands.add_parser(
        "stop", help=text, description=text.capitalize() + ".", parents=parents
    )
    stop.set_defaults(run=run_stop)


def run_serve(parsed: argparse.Namespace, console: Console) -> int:
    from .serving import serve

    cache_bytes = None if parsed.cache_mb is None else parsed.cache_mb * MIB
    return serve(ServeOptions(engine_wish(parsed), cache_bytes, parsed.idle_exit), console)


def run_status(_parsed: argparse.Namespace, console: Console) -> int:
    from .serving import show_status

    return show_status(console)


def run_stop(_parsed: argparse.Namespace, console: Console) -> int:
    from .serving import stop

    return stop(console)
