"""How long a script's call takes in the real GIMP, beside the command line on the same file.

    python3 -m tests.hosts.measure.gimp_calls trixie --calls 5

Prints medians in seconds, of The Starry Night on a photo of 1024 x 768: the call alone while the
backend runs, gimp-console from its start to its end around such a call, and the command line from
start to end. Needs what the real-host tests need; see conftest.py.
"""

from __future__ import annotations

import argparse
import statistics
import time

from PIL import Image

from ..debian.inside import INNER_EXCHANGE, Session
from ..debian.roots import SUITES
from ..gimp.host import GimpConsole
from ..gimp.topics import PHOTO, console_session, interpreter
from .measuring import installed_root, machine, report

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
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure.gimp_calls")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--calls", type=int, default=5)
    options = parser.parse_args()
    with installed_root(options.suite) as (root, home), console_session(root, home) as session:
        with Image.open(PHOTO) as photo:
            photo.save(session.exchange / "photo.png")
        report(f"{options.suite}: {in_words(measure(session, calls=options.calls))}, {machine()}")


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
        *("painted.png", "--force", "--no-backend", "--pack", "starry-night", "--alpha", "0.8"),
        cwd=INNER_EXCHANGE,
        timeout_s=_TIMEOUT_S,
    )


def in_words(times_s: dict[str, list[float]]) -> str:
    medians = {what: statistics.median(times) for what, times in times_s.items()}
    told = ", ".join(f"{what} {median:.2f} s" for what, median in medians.items())
    ratios = [medians[what] / medians["command line"] for what in ("call", "gimp-console")]
    return (
        f"{told}; call / command line {ratios[0]:.2f}, gimp-console / command line "
        f"{ratios[1]:.2f}; medians of {len(times_s['call'])}"
    )


if __name__ == "__main__":
    main()
