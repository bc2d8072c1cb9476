"""One result is one step: Ctrl+Z takes it away whole, Ctrl+Y brings it back, in a GIMP window."""

from __future__ import annotations

from typing import Any

from PIL import Image

from ..debian.inside import CHECKOUT, wait_for
from ..desk import Desk
from .host import Gimp

PREPARE = """
import sys
sys.path.insert(0, "/checkout/tests/hosts/driver")
from gimp_calls import *
image = Gimp.get_images()[0]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 15, 50, 40)
Gimp.Selection.feather(image, 12)
layer = image.get_layers()[0]
"""
STATE = """
[[[about(l), recipe(l), data(l, "R'G'B' u8")] for l in image.get_layers()],
 [data(l.get_mask(), "Y u8") for l in image.get_layers() if l.get_mask()],
 selection(image.get_layers()[-1]), len(image.get_channels())]
"""


def test_a_result_is_one_undo_step(desk: Desk) -> None:
    with Image.open(CHECKOUT / "installer/assets/mountain-path.jpg") as photo:
        photo.convert("RGB").resize((96, 72)).save(desk.exchange / "photo.png")
    with Gimp(desk.display, "/exchange/photo.png") as gimp:
        gimp.evaluate(PREPARE)

        def state() -> Any:
            return gimp.evaluate(STATE)

        def press(key: str, *, until: Any) -> None:
            desk.display.activate(gimp.window)
            desk.display.key(key)
            wait_for(f"{key} brings the image back", lambda: state() == until, timeout_s=30)

        before = state()
        for call in (
            'stylize(image, [layer], target="new-layer", selection="soft")',
            'stylize(image, [layer], target="in-place", selection="soft")',
            'stylize(image, [layer], target="in-place", selection="hard")',
            'stylize(image, [layer], target="in-place", selection="ignore")',
            'inpaint(image, [layer], target="new-layer", grow=3)',
            'inpaint(image, [layer], target="in-place", grow=3)',
        ):
            done = gimp.evaluate(call, timeout_s=120)
            assert done["status"] == "success"
            after = state()
            assert after[0] != before[0] and after[2:] == before[2:], call
            press("ctrl+z", until=before)
            press("ctrl+y", until=after)
            press("ctrl+z", until=before)
