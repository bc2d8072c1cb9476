"""All that a person sees of the image in GIMP, to be compared, and steps back and forth in it."""

from __future__ import annotations

from typing import Any

from ..debian.inside import wait_for
from .person import Person

PREPARE = """
import sys
sys.path.insert(0, "/checkout/tests/hosts/driver")
from gimp_calls import about, data, inpaint, recipe, selection, stylize
image = Gimp.get_images()[0]
Gimp.Selection.none(image)
image.clean_all()
layer = image.get_layers()[0]
image.set_selected_layers([layer])  # which undoing what a script did can leave unselected
"""
_STATE = (
    "[[[about(l), recipe(l), data(l, \"R'G'B'A u8\")] for l in image.get_layers()],"
    " [data(l.get_mask(), 'Y u8') for l in image.get_layers() if l.get_mask()],"
    " selection(image.get_layers()[-1]), len(image.get_channels())]"
)


def prepare(person: Person) -> None:
    """Name the one image and its one layer for the tests' code; the layer is chosen, nothing in it
    is selected, and nothing of it is to be saved.
    """
    person.gimp.evaluate(PREPARE)


def state(person: Person) -> Any:
    """[layers, masks, what is selected, how many channels]; a layer is [about, recipe, data]."""
    return person.gimp.evaluate(_STATE)


def step(person: Person, key: str, *, until: Any) -> None:
    """Press Ctrl+Z or Ctrl+Y, and wait until the image is so."""
    person.desk.display.activate(person.gimp.window)
    person.desk.display.key(key)
    wait_for(f"{key} brings the image there", lambda: state(person) == until, timeout_s=30)
