"""How long a dial's move takes in each host while the other has its panel open, on one backend.

    python3 -m tests.hosts.measure.both trixie --moves 50

Prints for each median and 95th percentile in milliseconds, as measure.gimp and measure.krita_dial
do for one alone. Needs what the real-host tests need; see conftest.py.
"""

from __future__ import annotations

import argparse

from ..debian.roots import SUITES
from ..desk import BACKEND
from ..gimp.host import Gimp
from ..gimp.person import Person as GimpPerson
from ..krita.host import Krita
from ..krita.person import PHOTO
from ..krita.person import Person as KritaPerson
from ..test_both_hosts import backend_pid
from .gimp import PHOTO_SIZE, time_moves
from .krita_dial import measure
from .measuring import add_photo, machine, measured_desk, report, spread


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.hosts.measure.both")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--moves", type=int, default=50)
    options = parser.parse_args()
    with measured_desk(options.suite) as desk:
        add_photo(desk, PHOTO, size=PHOTO_SIZE)
        with Gimp(desk.display, "/exchange/photo.png") as gimp:
            in_gimp = GimpPerson(desk, gimp)
            in_gimp.open()
            in_gimp.choose_pack("starry-night")
            in_gimp.press("reset-strength")
            in_gimp.wait_for_preview()
            backend = backend_pid(desk)
            with Krita(desk.display, "/exchange/photo.png") as krita:
                in_krita = KritaPerson(desk, krita)
                krita_ms = measure(in_krita, moves=options.moves)
                in_krita.look("find_widget('dynamic_style_docker').setFloating(False)")
                desk.display.activate(gimp.window)
                desk.display.activate(desk.display.wait_for_window("Stylize", class_name=""))
                gimp_ms = time_moves(in_gimp, moves=options.moves)
                is_one = backend_pid(desk) == backend and len(desk.session.processes(BACKEND)) == 1
                in_gimp.cancel()
    report(f"{options.suite}: Krita, with GIMP's dialog open: {spread(krita_ms)}")
    report(f"{options.suite}: GIMP, with Krita's docker open: {spread(gimp_ms)}")
    report(f"{options.suite}: {'one backend' if is_one else 'NOT one backend'}, {machine()}")


if __name__ == "__main__":
    main()
