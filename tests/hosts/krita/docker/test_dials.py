"""The docker's dials and its preview in the real Krita, by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest

from ...debian.inside import wait_for
from ..person import DIAL, DOCKER, SLOW_S, Person


def test_switching_the_style_leaves_nothing_of_the_last_one(ready: Person) -> None:
    ready.wait_for_preview()
    ready.look(
        "view = find_widget('dynamic_style_preview')\n"
        "seen = []\n"
        "class Eye(QtCore.QObject):\n"
        "    def eventFilter(self, watched, event):\n"
        "        if event.type() == QtCore.QEvent.Type.Paint:\n"
        "            seen.append([view.tag, view.is_working])\n"
        "        return False\n"
        "eye = Eye()\n"
        "view.installEventFilter(eye)"
    )
    ready.choose_pack("Composition VII")
    dials = (
        f"[w.objectName() for w in find_widget('{DOCKER}').findChildren(QtWidgets.QWidget)"
        " if w.isVisible() and type(w).__name__ == 'DialWidget']"
    )
    assert ready.look(dials) == [DIAL], "dials of the last style are still drawn"
    ready.wait_for_preview()
    tags = ready.look("view.removeEventFilter(eye)\nseen")
    assert ["", False] in tags or ["", True] in tags, "the last style's picture stayed as preview"


def test_it_is_told_that_a_preview_is_being_made(ready: Person) -> None:
    ready.wait_for_preview()
    view = "find_widget('dynamic_style_preview')"
    ready.look(
        f"view = {view}\n"
        "told = []\n"
        "class Eye(QtCore.QObject):\n"
        "    def eventFilter(self, watched, event):\n"
        "        if event.type() == QtCore.QEvent.Type.Paint:\n"
        "            told.append(view.is_working)\n"
        "        return False\n"
        "eye = Eye()\n"
        "view.installEventFilter(eye)"
    )
    with ready.desk.held_backend():
        ready.look("find_widget('dynamic_style_working_size').setEditText('2000 px')")
        ready.look("find_widget('dynamic_style_working_size_text').editingFinished.emit()")
        ready.wait_until("True in told")
        ready.desk.display.screenshot("working")
    ready.wait_for_preview()
    assert ready.look("view.removeEventFilter(eye)\nview.is_working") is False
    ready.look("find_widget('dynamic_style_working_size').setCurrentIndex(0)")
    ready.look("find_widget('dynamic_style_working_size').activated.emit(0)")


def test_dial_turned_by_mouse_changes_the_preview(ready: Person) -> None:
    ready.wait_for_preview()
    before, start = ready.picture(), ready.dial(DIAL)
    track = ready.track(DIAL)
    ready.desk.display.drag(track.at(0.6, 0.5), track.at(0.05, 0.5))
    wait_for(
        "the preview follows",
        lambda: np.abs(ready.picture() - before).mean() > 2,
        timeout_s=SLOW_S,
        every_s=0.5,
    )
    assert ready.dial(DIAL) < start
    ready.wait_for_preview()
    ready.desk.display.screenshot("turned")
    assert ready.layers() == ["Background"]


def test_a_slider_is_filled_from_zero(ready: Person) -> None:
    """The dial's range reaches below 0: at 0 nothing is dialled, and nothing is filled."""
    filled = ready.look(
        f"dial = find_widget('{DIAL}')\n"
        "slider = dial.focusProxy().focusProxy()\n"
        "wanted = slider.palette().color(QtGui.QPalette.ColorRole.Highlight).rgb()\n"
        "counts = []\n"
        "for alpha in (0.0, 0.5, 1.0):\n"
        "    dial.model.set(alpha)\n"
        "    dial.show_model()\n"
        "    image = slider.grab().toImage()\n"
        "    row = image.height() // 4 if slider.findChild(QtWidgets.QLineEdit) else"
        " image.height() // 2\n"
        "    counts.append(sum(image.pixel(x, row) == wanted for x in range(image.width())))\n"
        "counts + [image.width()]"
    )
    ready.desk.display.screenshot("filled-from-zero")
    none, half, whole, width = filled
    assert none <= 2, filled
    assert whole > width / 2 and abs(half - whole / 2) < width / 8, filled


def test_a_number_is_typed_and_the_menu_resets_it(ready: Person) -> None:
    zoom = "Krita.instance().activeWindow().activeView().canvas().zoomLevel()"
    number = f"round(find_widget('{DIAL}_alpha_number').value(), 2)"
    before = ready.look(zoom)
    ready.enter(f"{DIAL}_alpha_number", "1.25")
    ready.wait_until(f"{number} == 1.25", timeout_s=20)
    ready.wait_until(f"find_widget('{DIAL}_mark').text() == 'extrapolated'", timeout_s=20)
    ready.desk.display.screenshot("extrapolated")
    assert ready.look(zoom) == before, "1 and 2 are shortcuts of Krita's canvas, too"

    place = ready.place_of(f"{DIAL}_alpha_number")
    ready.desk.display.click(*place.at(0.3, 0.5), count=2)
    ready.desk.display.type("0.35")
    ready.desk.display.key("Return")
    ready.wait_until(f"{number} == 0.35", timeout_s=20)
    assert ready.look(f"find_widget('{DIAL}_mark').text()") == ""

    ready.desk.display.click(*place.at(0.3, 0.5), button=3)
    ready.wait_until("entry_rect('Reset to Default')", timeout_s=10)
    ready.desk.display.click(*ready.krita.entry("Reset to Default").centre)
    ready.wait_until(f"{number} == 0.7", timeout_s=20)


def test_each_block_has_its_own_dial(ready: Person) -> None:
    ready.press(f"{DIAL}_fold")
    ready.wait_until(f"find_widget('{DIAL}_taps').isVisible()")
    ready.enter(f"{DIAL}_tap2_number", "0.1")
    ready.wait_until(f"find_widget('{DIAL}_mark').text() == 'mixed'")
    ready.place_of(f"{DIAL}_taps")
    ready.desk.display.screenshot("blocks")
    assert ready.look(f"find_widget('{DIAL}_tap1_number').value()") == pytest.approx(0.7)
    ready.look(f"find_widget('{DIAL}').model.reset()\nfind_widget('{DIAL}').show_model()")
    ready.press(f"{DIAL}_fold")


def test_before_is_shown_while_the_preview_is_pressed(ready: Person) -> None:
    ready.wait_for_preview()
    after = ready.picture()
    place = ready.krita.widget("dynamic_style_preview")

    def change(name: str) -> float:
        return float(np.abs(ready.picture(name) - after).mean())

    ready.desk.display.press(*place.centre)
    wait_for("it shows the photo", lambda: change("before") > 10, timeout_s=20)
    ready.desk.display.release()
    wait_for("it shows the preview again", lambda: change("preview") < 2, timeout_s=20)
