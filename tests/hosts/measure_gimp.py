"""How long a dial's move takes until the preview shows it, in the real GIMP.

    python3 -m tests.hosts.measure_gimp trixie --moves 50

Prints median and 95th percentile in milliseconds, of moves of The Starry Night's first dial with a
photo whose preview travels at 512 pixels: from the mouse event to the changed pixel on the screen.
Needs what the real-host tests need; see conftest.py.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from PIL import Image

from .desk import open_desk
from .gimp import Gimp
from .homes import copy_home, warm_home
from .inside import INNER_CHECKOUT, Session
from .installed import install
from .roots import SUITES, USER_ID, ensure_root, roots_folder
from .test_gimp_dialog import PHOTO, Person

PHOTO_SIZE = (1024, 768)
_SCRIPT = INNER_CHECKOUT / "tests/hosts/driver/measure_drag.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure_gimp")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--moves", type=int, default=50)
    options = parser.parse_args()
    root = ensure_root(options.suite, report=print)
    place = roots_folder() / "desks"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="measure-", dir=place) as scratch:
        home = copy_home(warm_home(root, report=print), Path(scratch) / "home")
        with Session(root, home=home, exchange=Path(scratch) / "exchange") as session:
            install(session)
        with open_desk(root, home=home, output=Path(scratch) / "output") as desk:
            with Image.open(PHOTO) as photo:
                photo.resize(PHOTO_SIZE).save(desk.exchange / "photo.png")
            shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
            with Gimp(desk.display, "/exchange/photo.png") as gimp:
                report(options.suite, measure(Person(desk, gimp), moves=options.moves))


def measure(person: Person, *, moves: int) -> list[float]:
    """Milliseconds of each move. Opens the dialog and cancels it again."""
    person.open()
    person.choose_pack("starry-night")
    person.press("reset-strength")
    person.wait_for_preview()
    slider, picture = person.place_of("dial-strength"), person.place_of("preview")
    low, high = person.look("find_widget('dial-strength').get_adjustment().get_lower()"), 1.3
    start = slider.at((person.number("strength") - low) / (high - low), 0.3)
    told = person.desk.session.run(
        *("python3", _SCRIPT, *map(str, start), str(-slider.width // 4)),
        *(*map(str, picture.centre), str(moves)),
        timeout_s=600,
    )
    person.cancel()
    times_ms: list[float] = json.loads(told.stdout)
    return times_ms


def report(suite: str, times_ms: list[float]) -> None:
    twentieths = statistics.quantiles(times_ms, n=20)
    sys.stdout.write(
        f"{suite}: {len(times_ms)} moves, median {statistics.median(times_ms):.0f} ms, "
        f"95th percentile {twentieths[-1]:.0f} ms, load {os.getloadavg()[0]:.1f} "
        f"on {os.cpu_count()} cores\n"
    )


if __name__ == "__main__":
    main()
