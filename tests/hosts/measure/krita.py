"""How long a 12-megapixel apply holds up the real Krita, and how it compares to the command line.

    python -m tests.hosts.measure.krita [trixie] [forky]

Prints, for each root, how long at most the plug-in itself kept the user interface waiting, Krita's
own calls apart; what the longest pause of all consisted of, beside that of Krita's own Duplicate
Layer on the same picture; and the time of an apply beside that of the command line. Figures of a
busy machine mean little: look at the load that is printed with them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ..conftest import HERE
from ..debian.inside import Session
from ..debian.roots import SUITES, ensure_root, roots_folder
from ..desk import Desk, open_desk
from ..homes import copy_home, warm_home
from ..installed import BACKEND_PYTHON, install
from ..krita.host import Krita
from ..krita.studio import RUN_TIMEOUT_S, Studio

SIZE = (4000, 3000)
TARGETS = ("new_layer", "in_place")
SETTLE_S = 3.0
LEAST_MS = 1.0  # Krita's calls that never took longer are left out


def main(suites: list[str]) -> None:
    for suite in suites or list(SUITES):
        root = ensure_root(suite)
        place = roots_folder() / "desks"
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{suite}-", dir=place) as scratch:
            home = copy_home(warm_home(root), Path(scratch) / "home")
            with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
                install(session)
            with open_desk(root, home=home, output=HERE / "output" / suite / "measure") as desk:
                measure(desk, suite)


def measure(desk: Desk, suite: str) -> None:
    desk.add_picture("photo.png", size=SIZE)
    report(f"{suite}: {desk.root.versions()}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs")
    by_hand = command_line_s(desk)
    with Krita(desk.display, "/exchange/photo.png") as krita:
        studio = Studio(desk, krita)
        measuring = Path(__file__).resolve().parents[1] / "driver/krita_measuring.py"
        krita.evaluate(measuring.read_text("utf-8"))
        photo = krita.evaluate("layers()[0].name()")
        studio.run(photo, "recipe()")  # starts the backend and loads the pack
        studio.undo()
        report_duplicate(krita, photo)
        for target in TARGETS:
            studio.undo()
            time.sleep(SETTLE_S)
            krita.evaluate("forget_times()")
            start_s = time.monotonic()
            krita.evaluate(f"begin_timed_run({photo!r}, recipe({target!r}))")
            krita.wait_until("pump_timed_run()", timeout_s=RUN_TIMEOUT_S)
            assert krita.evaluate("error_text()") == ""
            spent_s = time.monotonic() - start_s
            time.sleep(SETTLE_S)  # what Krita does afterwards belongs to it, too
            show(target, krita.evaluate("times()"), spent_s, by_hand)
    report(f"  load at the end {os.getloadavg()[0]:.1f}")


def report_duplicate(krita: Krita, photo: str) -> None:
    """What the same picture costs where no plug-in takes part."""
    time.sleep(SETTLE_S)
    krita.evaluate(
        f"document().setActiveNode(layer({photo!r}))\n"
        "forget_times()\n"
        "Krita.instance().action('duplicatelayer').trigger()"
    )
    time.sleep(SETTLE_S)
    longest = krita.evaluate("times()")["longest"][0]
    report(f"  Krita's own Duplicate Layer: longest pause {longest:.1f} ms")


def command_line_s(desk: Desk) -> float:
    """Seconds of the command line for the same picture, its start included."""
    start_s = time.monotonic()
    desk.session.run(
        *(BACKEND_PYTHON, "-I", "-m", "dynamic_style.backend", "stylize", "--quiet"),
        "--no-backend",
        *("--pack", "starry-night", "--alpha=strength=0.6", "--alpha=wave=0", "--alpha=scale=0"),
        *("/exchange/photo.png", "/exchange/painted.png"),
        timeout_s=RUN_TIMEOUT_S,
    )
    return time.monotonic() - start_s


def show(target: str, times: dict[str, Any], spent_s: float, by_hand_s: float) -> None:
    report(
        f"  {target}: apply {spent_s:.2f} s, command line {by_hand_s:.2f} s, "
        f"ratio {spent_s / by_hand_s:.2f}"
    )
    ours = times["most_ours"][1]
    report(
        f"    the plug-in held the user interface for at most {ours:.1f} ms; the longest of its "
        f"{times['slots']} slots took {times['longest_slot']:.1f} ms ({times['slot_cpu']:.1f} ms "
        f"of CPU); while the backend computed, no pause was longer than {times['waiting']:.1f} ms"
    )
    whole, in_plugin, in_calls, alone = times["longest"]
    report(
        f"    the longest pause of all took {whole:.1f} ms: {in_plugin:.1f} ms in the plug-in, "
        f"{in_calls:.1f} ms in what it called of Krita, {alone:.1f} ms in Krita alone"
    )
    for name, (most, count, total) in sorted(times["calls"].items()):
        if most >= LEAST_MS:
            report(f"    Krita's {name}: at most {most:.1f} ms, {count} calls, {total:.0f} ms")


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
