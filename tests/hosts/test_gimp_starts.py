"""GIMP finds the plug-in that the installer has laid down, and offers its procedures."""

from __future__ import annotations

from .desk import Desk
from .gimp import Gimp, GimpConsole

LIST = """
import re
pdb = Gimp.get_pdb()
sorted(pdb.query_procedures(*("dynamic-style.*", *[".*"] * 7)))
"""


def test_gimp_console_lists_the_procedures(desk: Desk) -> None:
    assert GimpConsole(desk.session).evaluate(LIST) != []


def test_gimp_opens_a_picture_beside_the_plugin(desk: Desk) -> None:
    desk.add_picture("photo.png", size=(64, 48))
    with Gimp(desk.display, "/exchange/photo.png") as gimp:
        desk.display.screenshot("image-window")
        assert gimp.evaluate("[image.get_width() for image in Gimp.get_images()]") == [64]
        assert gimp.quit() == 0
        assert "Traceback" not in gimp.started.output
