"""The preview over the canvas of the real Krita: where it lies, and when it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from ...debian.inside import InsideError
from ..canvas_sight import IS_COVERED, SWITCH, turn_canvas, wait_for_canvas
from ..person import Person


@pytest.fixture
def covered(ready: Person) -> Iterator[Person]:
    """The preview is on the canvas, and afterwards it is not."""
    ready.wait_for_preview()
    ready.press_until(SWITCH, f"find_widget('{SWITCH}').isChecked()")
    yield ready
    turn_canvas(ready)
    ready.look(f"find_widget('{SWITCH}').isChecked() and find_widget('{SWITCH}').click()")


def test_it_lies_where_the_layer_is_however_the_canvas_is_turned(covered: Person) -> None:
    for degrees, is_mirrored, zoom in ((0, False, 0.8), (30, True, 1.0), (-90, False, 1.6)):
        turn_canvas(covered, degrees=degrees, is_mirrored=is_mirrored, zoom=zoom)
        wait_for_canvas(covered, shows_preview=True)
        covered.desk.display.screenshot(f"canvas-{degrees}")
    assert covered.layers() == ["Background"]
    assert covered.look("document().modified()") is False, "the preview is in the document"


def test_it_makes_room_for_painting_and_ends_with_the_result(covered: Person) -> None:
    turn_canvas(covered, zoom=0.8)
    wait_for_canvas(covered, shows_preview=True)
    display = covered.desk.display
    display.press(*covered.on_canvas(450, 300))
    try:
        covered.wait_until(f"not {IS_COVERED}", timeout_s=20)
    finally:
        display.release()
    covered.undo()
    covered.wait_for_preview()
    covered.wait_until(IS_COVERED, timeout_s=20)
    wait_for_canvas(covered, shows_preview=True)

    covered.apply()
    covered.wait_until(f"not {IS_COVERED}", timeout_s=20)
    covered.desk.display.screenshot("canvas-applied")


def test_the_menu_switches_it_and_another_layer_ends_it(covered: Person) -> None:
    wait_for_canvas(covered, shows_preview=True)
    covered.menu("Preview on Canvas")
    covered.wait_until(
        f"not {IS_COVERED} and not find_widget('{SWITCH}').isChecked()", timeout_s=20
    )
    wait_for_canvas(covered, shows_preview=False)
    switch_by_menu(covered, IS_COVERED)
    covered.look(
        "layer = document().createNode('Empty', 'paintlayer')\n"
        "document().rootNode().addChildNode(layer, None)\ndocument().setActiveNode(layer)"
    )
    covered.wait_until(f"not {IS_COVERED}", timeout_s=20)


def switch_by_menu(person: Person, expression: str) -> None:
    """Until something is so: a click may be lost on the way to a busy Krita."""
    for _ in range(2):
        with contextlib.suppress(InsideError):
            person.menu("Preview on Canvas")
            person.wait_until(expression, timeout_s=15)
            return
        person.desk.display.key("Escape", "Escape", "Escape")
    person.menu("Preview on Canvas")
    person.wait_until(expression, timeout_s=15)
