"""How long a dial's move takes until the docker's preview shows it, in the real Krita.

    python3 -m tests.hosts.measure.krita_dial trixie --moves 50

Prints median and 95th percentile in milliseconds, of moves of The Starry Night's first dial with a
photo whose preview travels at 512 pixels: from the mouse event to the changed pixel on the screen.
Then, of a dial that is dragged for some seconds without a rest, how many pictures it shows
meanwhile, beside how many such moves one after the other would have shown in that time.
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
from typing import Any

from PIL import Image

from ..conftest import HERE
from ..debian.inside import INNER_CHECKOUT, Session
from ..debian.roots import SUITES, USER_ID, ensure_root, roots_folder
from ..desk import open_desk
from ..homes import copy_home, warm_home
from ..installed import install
from ..krita.host import Krita
from ..krita.person import PHOTO, Person

PHOTO_SIZE = (1024, 768)
START, WIDTH = 0.7, -0.25  # where on the slider the dial is held, and how far it is moved
_SCRIPT = INNER_CHECKOUT / "tests/hosts/driver/measure_drag.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure.krita_dial")
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
        output = HERE / "output" / options.suite / "measure_dial"
        with open_desk(root, home=home, output=output) as desk:
            with Image.open(PHOTO) as photo:
                photo.resize(PHOTO_SIZE).save(desk.exchange / "photo.png")
            shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
            with Krita(desk.display, "/exchange/photo.png") as krita:
                person = Person(desk, krita)
                times_ms = measure(person, moves=options.moves)
                report(options.suite, times_ms, image_size(person))
                report_drag(options.suite, *drag(person), statistics.fmean(times_ms))


def measure(person: Person, *, moves: int) -> list[float]:
    """Milliseconds of each move. The docker floats meanwhile, with preview and dial in sight."""
    person.menu("Stylize Layer…")
    person.wait_until("find_widget('dynamic_style_pack_list').count() > 1")
    person.float_docker()
    person.choose_pack("The Starry Night")
    times_ms: list[float] = _moved(person, moves)
    return times_ms


def drag(person: Person) -> tuple[list[float], float]:
    """When the preview changed while its dial was moved 100 times in 8 s, in milliseconds, and when
    that ended.
    """
    changes_ms, end_ms = _moved(person, 100, 80)
    return changes_ms, end_ms


def _moved(person: Person, moves: int, *every_ms: int) -> Any:
    person.wait_for_preview()
    track = person.track("dynamic_style_dial_strength")
    picture = person.krita.widget("dynamic_style_preview")
    told = person.desk.session.run(
        *("python3", _SCRIPT, *map(str, track.at(START, 0.5)), str(round(track.width * WIDTH))),
        *(*map(str, picture.centre), str(moves), *map(str, every_ms)),
        timeout_s=600,
    )
    return json.loads(told.stdout)


def image_size(person: Person) -> tuple[int, int]:
    """Of the preview that is shown, in pixels."""
    image = "find_widget('dynamic_style_preview').image"
    width, height = person.look(f"[{image}.width(), {image}.height()]")
    return width, height


def report(suite: str, times_ms: list[float], size: tuple[int, int]) -> None:
    twentieths = statistics.quantiles(times_ms, n=20)
    sys.stdout.write(
        f"{suite}: {len(times_ms)} moves, {size[0]} x {size[1]} pixels, "
        f"median {statistics.median(times_ms):.0f} ms, "
        f"95th percentile {twentieths[-1]:.0f} ms, load {os.getloadavg()[0]:.1f} "
        f"on {os.cpu_count()} cores\n"
    )


def report_drag(suite: str, changes_ms: list[float], end_ms: float, one_ms: float) -> None:
    during = sum(change_ms <= end_ms for change_ms in changes_ms)
    last_ms = changes_ms[-1] - end_ms if changes_ms else 0.0
    sys.stdout.write(
        f"{suite}: {during} pictures during a drag of {end_ms / 1000:.1f} s, where single moves "
        f"would show {end_ms / one_ms:.1f}; the last {last_ms:.0f} ms after it\n"
    )


if __name__ == "__main__":
    main()
