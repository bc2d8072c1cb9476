"""Krita and GIMP at once, for one user, on one backend."""

from __future__ import annotations

import json
import shutil

from PIL import Image

from .debian.inside import wait_for
from .debian.roots import USER_ID
from .desk import BACKEND, Desk
from .gimp.host import Gimp
from .gimp.person import Person as GimpPerson
from .krita.host import Krita
from .krita.person import PHOTO, PHOTO_SIZE, SLOW_S
from .krita.person import Person as KritaPerson
from .one_root import IN_TRIXIE


@IN_TRIXIE
def test_both_panels_are_open_on_one_backend_and_both_get_their_result(desk: Desk) -> None:
    with Image.open(PHOTO) as photo:
        photo.resize(PHOTO_SIZE).save(desk.exchange / "photo.png")
    shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
    with Krita(desk.display, "/exchange/photo.png") as krita:
        in_krita = KritaPerson(desk, krita)
        window = desk.display.wait_for_window("Krita", class_name="krita")
        in_krita.menu("Stylize Layer…")
        in_krita.wait_until("find_widget('dynamic_style_pack_list').count() > 1")
        in_krita.wait_for_preview()
        backend = backend_pid(desk)
        with Gimp(desk.display, "/exchange/photo.png") as gimp:
            in_gimp = GimpPerson(desk, gimp)
            in_gimp.open()
            in_gimp.wait_for_preview()
            desk.display.screenshot("gimp-over-krita")
            in_gimp.press("OK")  # both jobs at once: the one waits for the other

            desk.display.activate(window)
            in_krita.apply()
            desk.display.screenshot("krita-over-gimp")
            assert len(in_krita.layers()) == 2
            wait_for("GIMP has it, too", lambda: len(in_gimp.layers()) == 2, timeout_s=SLOW_S)
            in_gimp.wait_for_end()
        assert backend_pid(desk) == backend
        assert len(desk.session.processes(BACKEND)) == 1
        assert krita.script_errors() == []


def backend_pid(desk: Desk) -> int:
    """The process that the connection file names."""
    file = desk.home / ".local/share/dynamic-style/run/backend.json"
    pid: int = json.loads(file.read_text(encoding="utf-8"))["pid"]
    return pid
