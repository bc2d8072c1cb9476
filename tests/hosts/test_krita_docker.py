"""The menu and the docker in the real Krita, used as a person does: by mouse and keyboard.

One Krita per root serves all tests here; each leaves one photo layer selected, and packs listed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest

from .inside import wait_for
from .krita_person import BACKEND, DOCKER, SLOW_S, Person, widgets

DIAL = "dynamic_style_dial_strength"


@pytest.fixture
def ready(person: Person) -> Iterator[Person]:
    """The panel open with The Starry Night, and afterwards nothing but the photo."""
    if not person.look(f"any(w.isVisible() for w in {widgets('dynamic_style_pack_list')})"):
        person.menu("Stylize Layer…")
    person.wait_until("find_widget('dynamic_style_pack_list').count() > 1")
    person.choose_pack("The Starry Night")
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    person.look(
        f"dial = find_widget('{DIAL}')\ndial.model.reset()\ndial.show_model()\ndial.changed.emit()"
    )
    yield person
    person.look("[layer.remove() for layer in layers()[1:]]")
    person.settle()
    person.look("document().setActiveNode(layers()[0])")


def test_nothing_is_started_before_the_panel_is_used(person: Person) -> None:
    assert person.look(f"find_widget('{DOCKER}').isVisible()"), "Krita has forgotten the docker"
    person.desk.session.run("sleep", "1")
    assert person.desk.session.processes(BACKEND) == []
    person.desk.display.screenshot("at-start")
    person.open_menu()
    person.desk.display.screenshot("menu")
    entries = person.look(
        f"[[a.text().replace('&', ''), a.isEnabled()] for a in {widgets('dynamic_style_menu')}[0]"
        ".actions()]"
    )
    assert entries == [
        ["Stylize Layer…", True],
        ["Repeat Last", True],
        ["Inpaint Selection", True],  # a completion pack comes with the program
        ["Install Style Pack…", True],
        ["Open Panel", True],
    ]
    person.desk.display.key("Escape", "Escape", "Escape")
    assert person.desk.session.processes(BACKEND) == []
    person.menu("Stylize Layer…")
    person.wait_until("find_widget('dynamic_style_pack_list').count() >= 3")
    assert len(person.desk.session.processes(BACKEND)) == 1
    person.wait_for_preview()
    person.desk.display.screenshot("docker")
    assert person.layers() == ["Background"], "a preview must never be a layer"
    assert person.look("document().modified()") is False


def test_packs_are_found_by_searching(ready: Person) -> None:
    ready.press("dynamic_style_pack_search")
    ready.desk.display.type("kandinsky")
    titles = (
        "[packs.item(i).text() for packs in [find_widget('dynamic_style_pack_list')]"
        " for i in range(packs.count())]"
    )
    ready.wait_until(f"{titles} == ['Composition VII']", timeout_s=10)
    ready.desk.display.key("ctrl+a", "Delete")
    ready.wait_until(f"len({titles}) > 3", timeout_s=10)


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
    ready.desk.display.press(*place.centre)
    before = ready.picture("before")
    ready.desk.display.release()
    assert np.abs(after - before).mean() > 10
    assert np.abs(ready.picture() - after).mean() < 2


def test_apply_is_one_undo_step_and_edit_again_renders_anew(ready: Person) -> None:
    ready.apply()
    ready.desk.display.screenshot("applied")
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    ready.wait_until("find_widget('dynamic_style_preview').tag == ''", timeout_s=30)
    ready.undo()
    assert ready.layers() == ["Background"]
    ready.redo()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    first = ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()")

    ready.choose_pack("Composition VII")
    ready.look("document().setActiveNode(layers()[1])")
    ready.wait_until("find_widget('dynamic_style_edit_again').isVisible()")
    ready.press("dynamic_style_edit_again")
    ready.wait_until(f"find_widget('{DIAL}').model.spec.title == 'Strength'")
    ready.wait_until("find_widget('dynamic_style_apply').text() == 'Update Layer'")
    assert ready.dial(DIAL) == pytest.approx(0.7)
    ready.look(f"find_widget('{DIAL}_alpha_number').setValue(0.2)")
    ready.wait_for_preview()
    ready.desk.display.screenshot("editing")
    ready.apply()
    assert ready.layers() == ["Background", "The Starry Night α 0.20"]
    assert ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()") != first
    ready.undo()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    assert ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()") == first
    ready.look("document().setActiveNode(layers()[0])")
    ready.wait_until("find_widget('dynamic_style_apply').text() == 'Apply'")


def test_repeat_last_needs_no_panel(ready: Person) -> None:
    ready.apply()
    ready.look("document().setActiveNode(layers()[0])")
    ready.look(f"[w.close() for w in {widgets(DOCKER)}]")
    ready.menu("Repeat Last")
    ready.wait_until("len(layers()) == 3")
    ready.settle()
    assert ready.layers() == ["Background", *["The Starry Night α 0.70"] * 2]
    ready.menu("Open Panel")
    ready.wait_until("find_widget('dynamic_style_body').isVisible()")


def test_cancel_ends_the_run_and_changes_nothing(ready: Person) -> None:
    with _slow_run(ready):
        ready.desk.display.screenshot("running")
        ready.press("dynamic_style_cancel")
        ready.wait_until("find_widget('dynamic_style_apply').isVisible()", timeout_s=5)
    assert ready.layers() == ["Background"]
    assert not ready.look(f"any(w.isVisible() for w in {widgets('dynamic_style_error')})")
    ready.apply()
    assert len(ready.layers()) == 2


def test_a_killed_backend_is_told_and_the_second_try_works(ready: Person) -> None:
    with _slow_run(ready):
        ready.kill_backend()
        ready.wait_until("find_widget('dynamic_style_error').isVisible()")
    ready.desk.display.screenshot("killed")
    assert "connection" in ready.look("find_widget('dynamic_style_error_text').text()")
    assert ready.layers() == ["Background"]
    ready.press("dynamic_style_error_copy")
    told = ready.look("QtWidgets.QApplication.clipboard().text()")
    assert "ConnectionLostError" in told and "/home/artist" not in told
    ready.press("dynamic_style_error_remedy")
    ready.wait_until("find_widget('dynamic_style_state').text().startswith('Backend ')")
    ready.wait_until(f"not any(w.isVisible() for w in {widgets('dynamic_style_error')})")
    ready.apply()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]


def test_krita_is_asked_nothing_while_it_takes_a_picture_apart(ready: Person) -> None:
    """Krita handles waiting events when it is asked for the active layer: the window's end, too."""
    asked_within = ready.look(
        "import sys\n"
        "watch = find_widget('dynamic_style_docker').controller.watch\n"
        "module = sys.modules[type(watch).__module__]\n"
        "asked, real = [], module.Krita\n"
        "class Asked:\n"
        "    @staticmethod\n"
        "    def instance():\n"
        "        asked.append(True)\n"
        "        return real.instance()\n"
        "module.Krita = Asked\n"
        "find_widget('dynamic_style_docker').canvasChanged(None)\n"
        "len(asked)"
    )
    assert asked_within == 0
    ready.wait_until("len(asked) > 0", timeout_s=20)
    ready.look("module.Krita = real")


def test_the_docker_is_usable_when_narrow_and_every_control_has_a_name(ready: Person) -> None:
    ready.float_docker()
    ready.wait_for_preview()
    ready.desk.display.screenshot("narrow")
    ready.use_theme("Krita bright")
    ready.desk.display.screenshot("narrow-bright")
    ready.use_theme("Krita dark")
    body = ready.krita.widget("dynamic_style_body")
    assert body.width <= 250
    outside = ready.look(
        "body = find_widget('dynamic_style_body')\n"
        "[w.objectName() for w in body.findChildren(QtWidgets.QWidget) if w.isVisible()"
        " and w.objectName().startswith('dynamic_style')"
        " and w.mapTo(body, QtCore.QPoint(w.width(), 0)).x() > body.width()]"
    )
    assert outside == []
    nameless = ready.look(
        "kinds = (QtWidgets.QAbstractButton, QtWidgets.QAbstractSpinBox, QtWidgets.QSlider,"
        " QtWidgets.QComboBox)\n"
        "[type(w).__name__ for w in find_widget('dynamic_style_body').findChildren(kinds[0])"
        " + [v for k in kinds[1:] for v in find_widget('dynamic_style_body').findChildren(k)]"
        # a search box's own button has none
        " if not w.objectName() and not isinstance(w.parent(), QtWidgets.QLineEdit)]"
    )
    assert nameless == []
    ready.look("dock.setFloating(False)")


def test_krita_quits_in_the_middle_of_a_run(person: Person) -> None:
    """The last test of this module: it ends the Krita that they share."""
    with contextlib.ExitStack() as run:
        run.enter_context(_slow_run(person))
        assert person.krita.quit() == 0
        run.pop_all()  # nobody is left to set its size back


@contextlib.contextmanager
def _slow_run(person: Person) -> Iterator[None]:
    """A run that takes long enough to be interrupted."""
    person.look("find_widget('dynamic_style_working_size').setEditText('3000 px')")
    person.look("find_widget('dynamic_style_working_size_text').editingFinished.emit()")
    person.press("dynamic_style_apply")
    person.wait_until("find_widget('dynamic_style_progress').value() > 5")
    yield
    person.look("find_widget('dynamic_style_working_size').setCurrentIndex(0)")
    person.look("find_widget('dynamic_style_working_size').activated.emit(0)")
