"""How long a script's call takes in the real GIMP, beside the command line on the same file.

    python3 -m tests.hosts.measure_gimp_calls trixie --calls 5

Prints medians in seconds, of The Starry Night on a photo of 1024 x 768: the call alone while the
backend runs, gimp-console from its start to its end around such a call, and the command line from
start to end. Needs what the real-host tests need; see conftest.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from .gimp import GimpConsole
from .gimp_topics import PHOTO, console_session, interpreter
from .homes import copy_home, warm_home
from .inside import INNER_EXCHANGE, Session
from .installed import install
from .roots import SUITES, ensure_root, roots_folder

_TIMEOUT_S = 300.0
_CALL = """
import sys, time
sys.path.insert(0, "/checkout/tests/hosts/driver")
from gimp_calls import *
image = load("photo.png")
start = time.perf_counter()
assert stylize(image)["status"] == "success"
took_s = time.perf_counter() - start
save(image, "painted-by-gimp.png")
took_s
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure_gimp_calls")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--calls", type=int, default=5)
    options = parser.parse_args()
    root = ensure_root(options.suite, report=print)
    place = roots_folder() / "desks"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="measure-", dir=place) as scratch:
        home = copy_home(warm_home(root, report=print), Path(scratch) / "home")
        with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
            install(session)
        with console_session(root, home) as session:
            with Image.open(PHOTO) as photo:
                photo.save(session.exchange / "photo.png")
            report(options.suite, measure(session, calls=options.calls))


def measure(session: Session, *, calls: int) -> dict[str, list[float]]:
    """Seconds, by what was measured. The three take turns, so that a busy machine is fair."""
    call_in_gimp(session)  # starts the backend
    times_s: dict[str, list[float]] = {"call": [], "gimp-console": [], "command line": []}
    for _ in range(calls):
        start = time.perf_counter()
        times_s["call"].append(call_in_gimp(session))
        middle = time.perf_counter()
        call_command_line(session)
        times_s["gimp-console"].append(middle - start)
        times_s["command line"].append(time.perf_counter() - middle)
    return times_s


def call_in_gimp(session: Session) -> float:
    """Seconds of the call alone."""
    return float(GimpConsole(session).evaluate(_CALL, timeout_s=_TIMEOUT_S))


def call_command_line(session: Session) -> None:
    session.run(
        *(interpreter(session), "-m", "dynamic_style.backend", "stylize", "photo.png"),
        *("painted.png", "--force", "--pack", "starry-night", "--alpha", "0.8"),
        cwd=INNER_EXCHANGE,
        timeout_s=_TIMEOUT_S,
    )


def report(suite: str, times_s: dict[str, list[float]]) -> None:
    medians = {what: statistics.median(times) for what, times in times_s.items()}
    told = ", ".join(f"{what} {median:.2f} s" for what, median in medians.items())
    ratios = [medians[what] / medians["command line"] for what in ("call", "gimp-console")]
    sys.stdout.write(
        f"{suite}: {told}; call / command line {ratios[0]:.2f}, gimp-console / command line "
        f"{ratios[1]:.2f}; medians of {len(times_s['call'])}, load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores\n"
    )


if __name__ == "__main__":
    main()
