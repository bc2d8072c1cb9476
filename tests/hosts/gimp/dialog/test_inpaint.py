"""Inpaint Selection… in the real GIMP, used by mouse: select something, turn the dial, keep it."""

from __future__ import annotations

import numpy as np
import pytest

from ...debian.inside import wait_for
from ..image_state import state, step
from ..person import CANVAS_CENTRE, SLOW_S, Person

OBJECT = (235, 285, 275, 335)  # left, top, right, bottom: what hangs on the upper dog's collar
EDGE_PX = 8  # by which the dialog grows and feathers at first
SELECTED = "list(Gimp.Selection.bounds(image))[2:]"


def test_an_object_is_selected_and_filled_by_mouse(person: Person) -> None:
    select_by_mouse(person, OBJECT)
    before = state(person)
    person.open_by_mouse("Inpaint Selection")
    person.wait_for_preview()
    person.screenshot("opened")
    assert person.look("find_widget('packs').get_selected_row().get_name()") == "pack-photo-fill"
    middle = person.picture()
    person.desk.display.key("alt+b")
    assert np.abs(person.picture() - middle).max() > 40, "the preview shows no fill"
    person.desk.display.key("alt+a")

    slider = person.place_of("dial-smoothness")
    start = person.number("smoothness")
    person.desk.display.drag(slider.at(0.3, 0.3), slider.at(0.5, 0.3), release=False)
    try:
        wait_for(
            "the picture follows the dial while it is held",
            lambda: np.abs(person.picture() - middle).max() > 1,
            timeout_s=SLOW_S,
        )
    finally:
        person.desk.display.release()
    person.wait_for_preview()
    person.screenshot("turned")
    alpha = person.number("smoothness")
    assert alpha > start

    person.press("OK")
    person.wait_for_end()
    person.screenshot("filled")
    after = state(person)
    (about, _recipe, _data), below = after[0]
    left, top, right, bottom = selected(person)
    assert about["name"] == f"Photo Fill α {alpha:.2f}"
    assert about["offsets"] == [left - EDGE_PX, top - EDGE_PX]
    assert about["size"] == [right - left + 2 * EDGE_PX, bottom - top + 2 * EDGE_PX]
    assert [below, *after[1:]] == [before[0][0], *before[1:]], "more has changed than the fill"
    step(person, "ctrl+z", until=before)
    step(person, "ctrl+y", until=after)

    person.desk.display.key("ctrl+f")  # Filters ▸ Repeat, on the fill that is selected now
    wait_for("repeated", lambda: len(person.layers()) == 3, timeout_s=SLOW_S)
    person.wait_for_end()
    step(person, "ctrl+z", until=after)

    person.open("i")  # starts from what the chosen layer was made with
    person.wait_for_preview()
    assert person.number("smoothness") == pytest.approx(alpha)
    person.desk.display.click(*person.place_of("number-smoothness").at(0.2, 0.5), count=3)
    person.desk.display.type("0.9\t")
    person.choose("alt+t", "End", "Return")
    person.wait_for_preview()
    person.screenshot("edited")
    person.press("OK")
    person.wait_for_end()
    assert person.layers() == ["Photo Fill α 0.90", "photo.png"]
    step(person, "ctrl+z", until=after)
    step(person, "ctrl+z", until=before)


def test_cancel_stops_a_fill_and_leaves_no_trace(person: Person) -> None:
    select(person, (100, 100, 800, 600))
    before = state(person)
    person.open("i")
    person.wait_until("find_widget('preview-status').get_text().startswith('Preview')")
    person.wait_for_rest("OK")
    with person.desk.held_backend():
        person.press("OK")
        person.wait_for_run()
        person.screenshot("running")
        person.press("Cancel")
        person.wait_until("'Stopped' in find_widget('notice').get_text()")
    person.screenshot("stopped")
    person.cancel()
    assert state(person) == before


def test_the_hole_grows_in_the_preview(person: Person) -> None:
    select(person, OBJECT)
    person.open("i")
    person.wait_for_preview()
    person.desk.display.key("alt+g")
    person.desk.display.type("30\t")
    person.wait_for_preview()
    person.screenshot("grown")
    after = person.picture()
    person.desk.display.key("alt+b")
    changed = np.abs(person.picture() - after).max(axis=2) > 8
    across = np.flatnonzero(changed.any(axis=0))
    share = (across[-1] - across[0]) / changed.shape[1]
    assert 0.6 / 3 < share < 1.2 / 3  # the hole has as much around it on each side as it is wide
    person.cancel()


def test_without_a_selection_gimp_says_what_to_do(person: Person) -> None:
    before = state(person)
    display = person.desk.display
    person.choose_entry(
        "i", until=lambda: any("Message" in window.title for window in display.windows("gimp"))
    )
    person.screenshot("nothing-selected")
    display.key("Escape")
    assert state(person) == before


def select_by_mouse(person: Person, wanted: tuple[int, int, int, int]) -> None:
    """Draw a rectangle with GIMP's own tool: once anywhere, to see from what it selects where the
    picture is on the screen, and then around the object.
    """
    display = person.desk.display
    display.activate(person.gimp.window)
    x, y = CANVAS_CENTRE
    display.move(x, y)
    display.key("r")
    start, end = (x - 100, y - 80), (x + 100, y + 80)
    display.drag(start, end)
    left, top, right, bottom = selected(person)
    scale = ((end[0] - start[0]) / (right - left), (end[1] - start[1]) / (bottom - top))

    def on_screen(x: int, y: int) -> tuple[int, int]:
        return round(start[0] + (x - left) * scale[0]), round(start[1] + (y - top) * scale[1])

    display.key("ctrl+shift+a")  # Select ▸ None
    display.drag(on_screen(*wanted[:2]), on_screen(*wanted[2:]))
    drawn = selected(person)
    assert np.abs(np.subtract(drawn, wanted)).max() <= 3, f"{drawn} is selected, not {wanted}"
    person.screenshot("selected")


def select(person: Person, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    place = (left, top, right - left, bottom - top)
    person.gimp.evaluate(f"image.select_rectangle(Gimp.ChannelOps.REPLACE, *{place})")


def selected(person: Person) -> list[int]:
    """left, top, right, bottom."""
    bounds: list[int] = person.gimp.evaluate(SELECTED)
    return bounds
