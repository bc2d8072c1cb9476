"""Filling a selection in the real Krita: select, Inpaint Selection, turn the dial, keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from .inside import wait_for
from .test_krita_docker import SLOW_S, Person, person

__all__ = ["person"]  # the fixture: a Krita of this module's own

DIAL = "dynamic_style_dial_smoothness"
HOLE = (500, 330, 80, 60)  # x, y, width, height: the towel's edge before the boards


@pytest.fixture
def filling(person: Person) -> Iterator[Person]:
    """The panel open with Photo Fill, and a part of the photo selected."""
    person.menu("Stylize Layer…")
    person.wait_until("find_widget('dynamic_style_pack_list').count() > 1")
    select = ", ".join(str(number) for number in HOLE)
    person.look(
        "from krita import Selection\n"
        f"hole = Selection()\nhole.select({select}, 255)\ndocument().setSelection(hole)"
    )
    person.menu("Inpaint Selection")
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    yield person


def test_a_selection_is_filled_with_a_live_dial_and_one_undo_step(filling: Person) -> None:
    shown = filling.look("find_widget('dynamic_style_preview').shown_count")
    filling.wait_until(f"find_widget('dynamic_style_preview').shown_count > {shown}")
    filling.wait_for_preview()
    before, start = filling.picture("inpaint-preview"), float(_number(filling))
    place = filling.place_of(DIAL)
    filling.desk.display.screenshot("inpaint-panel")
    track = filling.krita.widget(_slider(filling))
    filling.desk.display.drag(track.at(0.5, 0.5), track.at(0.03, 0.5))
    wait_for(
        "the preview follows",
        lambda: np.abs(filling.picture("inpaint-turned") - before).max() > 6,
        timeout_s=SLOW_S,
        every_s=0.5,
    )
    assert place.width > 0 and float(_number(filling)) < start

    source = filling.look("bytes(layers()[0].pixelData(0, 0, 900, 675)).hex()")
    filling.apply()
    filling.desk.display.screenshot("inpaint-applied")
    names = filling.layers()
    assert len(names) == 2 and names[1].startswith("Photo Fill α ")
    alpha = bytes.fromhex(filling.look("bytes(layers()[1].pixelData(0, 0, 900, 675))[3::4].hex()"))
    covered = np.frombuffer(alpha, np.uint8).reshape(675, 900)
    x, y, width, height = HOLE
    assert (covered[y : y + height, x : x + width] == 255).all()
    grown = int(filling.look("find_widget('dynamic_style_grow').value()"))
    around = (slice(y - grown, y + height + grown), slice(x - grown, x + width + grown))
    assert np.count_nonzero(covered) == np.count_nonzero(covered[around]), "it reaches too far"
    assert filling.look("bytes(layers()[0].pixelData(0, 0, 900, 675)).hex()") == source
    selected = filling.look("[document().selection().x(), document().selection().width()]")
    assert selected == [x, width], "the selection was not left as it was"
    filling.undo()
    assert filling.layers() == ["Background"]


def test_without_a_selection_it_says_what_to_do(filling: Person) -> None:
    filling.look("Krita.instance().action('deselect').trigger()")
    filling.settle()
    filling.press("dynamic_style_apply")
    filling.wait_until("find_widget('dynamic_style_error').isVisible()")
    told = filling.look("find_widget('dynamic_style_error_text').text()")
    assert "Nothing is selected" in told
    assert filling.layers() == ["Background"]


def _number(person: Person) -> str:
    return str(person.look(f"find_widget('{DIAL}_alpha_number').value()"))


def _slider(person: Person) -> str:
    """The dial's slider, or Krita's own slider and number in one."""
    names = person.look(
        "[w.objectName() for w in QtWidgets.QApplication.allWidgets()"
        f" if w.objectName() == '{DIAL}_alpha_slider']"
    )
    return names[0] if names else f"{DIAL}_alpha_number"
