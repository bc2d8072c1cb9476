"""How long a dial's move takes until the preview shows it, in the real GIMP.

    python3 -m tests.hosts.measure.gimp trixie --moves 50

Prints median and 95th percentile in milliseconds, from the mouse event to the changed pixel on the
screen: of moves of The Starry Night's first dial with a photo whose preview travels at 512 pixels,
and of Photo Fill's dial with a hole of HOLE. Needs what the real-host tests need; see conftest.py.
"""

from __future__ import annotations

import argparse
import json

from ..debian.inside import INNER_CHECKOUT
from ..debian.roots import SUITES
from ..gimp.host import Gimp
from ..gimp.person import PHOTO, Person
from .measuring import add_photo, machine, measured_desk, report, spread

PHOTO_SIZE = (1024, 768)
HOLE = (450, 340, 120, 90)  # x, y, width, height
_SCRIPT = INNER_CHECKOUT / "tests/hosts/driver/measure_drag.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure.gimp")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--moves", type=int, default=50)
    options = parser.parse_args()
    with measured_desk(options.suite) as desk:
        add_photo(desk, PHOTO, size=PHOTO_SIZE)
        with Gimp(desk.display, "/exchange/photo.png") as gimp:
            person = Person(desk, gimp)
            report(f"{options.suite}: {spread(measure(person, moves=options.moves))}, {machine()}")
            times_ms = measure_hole(person, moves=options.moves)
            report(f"{options.suite}, inpainting: {spread(times_ms)}, {machine()}")


def measure(person: Person, *, moves: int) -> list[float]:
    """Milliseconds of each move. Opens the dialog and cancels it again."""
    person.open()
    person.choose_pack("starry-night")
    person.press("reset-strength")
    person.wait_for_preview()
    times_ms = time_moves(person, moves=moves)
    person.cancel()
    return times_ms


def measure_hole(person: Person, *, moves: int) -> list[float]:
    """Milliseconds of each move of the dial from sharp to smooth, with the hole in sight."""
    person.gimp.evaluate(f"Gimp.get_images()[0].select_rectangle(Gimp.ChannelOps.REPLACE, *{HOLE})")
    person.open("i")
    person.wait_for_preview()
    times_ms = time_moves(person, dial="smoothness", moves=moves)
    person.cancel()
    return times_ms


def time_moves(person: Person, *, dial: str = "strength", moves: int) -> list[float]:
    """Milliseconds of each move of a dial in the dialog that is open with its preview."""
    person.wait_for_rest(f"dial-{dial}")
    slider, picture = person.place_of(f"dial-{dial}"), person.place_of("preview")
    first, last = person.look(f"list(find_widget('dial-{dial}').get_slider_range())")
    start = slider.x + (first + last) // 2, slider.at(0, 0.3)[1]
    # to where there is more room: GTK overlooks the move with which the mouse leaves the slider
    width = slider.width // 4 * (1 if start[0] < slider.centre[0] else -1)
    told = person.desk.session.run(
        *("python3", _SCRIPT, *map(str, start), str(width)),
        *(*map(str, picture.centre), str(moves)),
        timeout_s=600,
    )
    times_ms: list[float] = json.loads(told.stdout)
    return times_ms


if __name__ == "__main__":
    main()
