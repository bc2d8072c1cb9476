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

DIAL_ID = "dial_strength"
DIAL = f"dynamic_style_{DIAL_ID}"


@pytest.fixture
def ready(person: Person) -> Iterator[Person]:
    """The panel open with The Starry Night, and afterwards nothing but the photo."""
    if not person.look(f"any(w.isVisible() for w in {widgets('dynamic_style_pack_button')})"):
        person.menu("Stylize Layer…")
    person.wait_until("find_widget('dynamic_style_pack_button').isVisible()")
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


@pytest.mark.parametrize("size", [(1024, 600), (1300, 800)], ids=["1024x600", "1300x800"])
def test_preview_first_dial_and_apply_are_seen_without_scrolling(
    ready: Person, size: tuple[int, int]
) -> None:
    ready.wait_for_preview()
    with window_of(ready, *size):
        ready.wait_for_preview()
        ready.desk.display.screenshot(f"small-{size[0]}")
        docker = ready.krita.widget(DOCKER)
        for name in ("pack_button", "preview", f"{DIAL_ID}_alpha_number", "apply"):
            part = ready.krita.widget(f"dynamic_style_{name}")
            assert part.x >= docker.x and part.x + part.width <= docker.x + docker.width
            assert part.y >= docker.y, f"{name} is above the docker"
            assert part.y + part.height <= docker.y + docker.height, f"{name} is below it"
        picture = ready.krita.widget("dynamic_style_preview")
        assert picture.width >= 80 and picture.height >= 70
        before = ready.dial(DIAL)
        track = ready.track(DIAL)
        ready.desk.display.drag(track.at(0.5, 0.5), track.at(0.1, 0.5))
        ready.wait_until(f"find_widget('{DIAL}').model.alpha < {before} - 0.1")

        ready.choose_pack("Composition VII")  # the packs open in place of the preview
        hidden = f"any(w.isVisible() for w in {widgets('dynamic_style_pack_list')})"
        assert not ready.look(hidden), "the packs stay open"
        ready.wait_for_preview()


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
        "[w.objectName() for w in QtWidgets.QApplication.allWidgets() if w.isVisible()"
        " and type(w).__name__ == 'DialWidget']"
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
    ready.look("find_widget('dynamic_style_working_size').setEditText('2000 px')")
    ready.look("find_widget('dynamic_style_working_size_text').editingFinished.emit()")
    ready.wait_until("True in told")
    ready.desk.display.screenshot("working")
    ready.wait_for_preview()
    assert ready.look("view.removeEventFilter(eye)\nview.is_working") is False
    ready.look("find_widget('dynamic_style_working_size').setCurrentIndex(0)")
    ready.look("find_widget('dynamic_style_working_size').activated.emit(0)")


def test_the_tab_key_goes_through_the_dials_before_apply(ready: Person) -> None:
    ready.wait_for_preview()
    ready.look(
        "visited = []\n"
        "def note(_old, new):\n"
        "    visited.append('' if new is None else new.objectName())\n"
        "QtWidgets.QApplication.instance().focusChanged.connect(note)\n"
        "find_widget('dynamic_style_preview').setFocus()"
    )
    for _ in range(25):
        ready.desk.display.key("Tab")
        if ready.look("'dynamic_style_apply' in visited"):
            break
    ready.wait_until("'dynamic_style_apply' in visited")
    visited = ready.look("QtWidgets.QApplication.instance().focusChanged.disconnect(note)\nvisited")
    visited = visited[: visited.index("dynamic_style_apply")]
    wanted = [f"{DIAL}_fold", "dynamic_style_dial_scale_fold", "dynamic_style_working_size"]
    assert [name for name in visited if name in wanted] == wanted, visited


def test_what_a_pack_calls_itself_is_no_html(ready: Person) -> None:
    rich = ready.look(
        "from dataclasses import replace\n"
        f"docker = find_widget('{DOCKER}')\n"
        "state = docker.controller.state\n"
        "kept = state.packs\n"
        "html = '<img src=\"r.png\"><h1>Update needed</h1>'\n"
        "dials = tuple(replace(d, title=html, label_low=html, label_high=html)"
        " for d in state.pack.dials)\n"
        "named = [replace(p, title=html, summary=html, dials=dials) for p in kept]\n"
        "state.set_packs(named, [], recent=[])\n"
        "docker.controller.packs_changed.emit()\n"
        f"packs = {widgets('dynamic_style_pack_list')}[0]\n"
        "tips = [packs.item(i).toolTip() for i in range(packs.count())]\n"
        "everything = docker.widget().findChildren(QtWidgets.QWidget)\n"
        "tips += [w.toolTip() for w in everything]\n"
        "labels = [w for w in everything if isinstance(w, QtWidgets.QLabel)]\n"
        "label_formats = {int(w.textFormat()) for w in labels if w.text()}\n"
        "state.set_packs(kept, [], recent=[])\n"
        "docker.controller.packs_changed.emit()\n"
        "[[tip for tip in tips if '<img' in tip or '<h1' in tip], len(tips),"
        " sorted(label_formats)]"
    )
    assert rich[0] == [] and rich[1] > 10
    assert rich[2] == [0], "a label is not of plain text"


def test_a_picture_that_is_closed_ends_its_run_and_the_message_stays(ready: Person) -> None:
    ready.desk.add_picture("second.png", size=(600, 400))
    ready.look(
        "made = Krita.instance().openDocument('/exchange/second.png')\n"
        "Krita.instance().activeWindow().addView(made)\nNone"
    )
    ready.wait_until("document() == made and document().activeNode() is not None")
    with _slow_run(ready):
        ready.look("made.setModified(False)\nmade.close()")
        ready.wait_until("find_widget('dynamic_style_error').isVisible()")
        ready.wait_until("find_widget('dynamic_style_apply').isVisible()", timeout_s=20)
    told = "find_widget('dynamic_style_error_text').text()"
    assert "closed" in ready.look(told)
    ready.look("document().setActiveNode(layers()[0])")
    ready.desk.session.run("sleep", "3")
    assert "closed" in ready.look(told), "the message has vanished"
    ready.desk.display.screenshot("closed")
    assert ready.layers() == ["Background"]
    ready.press("dynamic_style_error_dismiss")


def test_packs_are_found_by_searching(ready: Person) -> None:
    ready.press("dynamic_style_pack_search")
    ready.desk.display.type("kandinsky")
    titles = (
        "[packs.item(i).text() for packs in [find_widget('dynamic_style_pack_list')]"
        " for i in range(packs.count())]"
    )
    ready.wait_until(f"{titles} == ['Composition VII']", timeout_s=10)
    ready.desk.display.key("ctrl+a", "Delete")
    ready.wait_until(f"len({titles}) >= 3", timeout_s=10)


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
    ready.look("dock.setFloating(False)\ndock.raise_()")  # it lies behind another tab
    ready.desk.session.run("sleep", "1")


def test_krita_quits_in_the_middle_of_a_run(person: Person) -> None:
    """The last test of this module: it ends the Krita that they share."""
    with contextlib.ExitStack() as run:
        run.enter_context(_slow_run(person))
        assert person.krita.quit() == 0
        run.pop_all()  # nobody is left to set its size back


@contextlib.contextmanager
def window_of(person: Person, width: int, height: int) -> Iterator[None]:
    """Krita's window as it is on a screen of this size; its frame takes some of that."""
    person.look(
        "window = Krita.instance().activeWindow().qwindow()\n"
        "window.showNormal()\n"
        f"window.setGeometry(0, 20, {width}, {height - 20})"
    )
    person.wait_until(f"window.width() == {width}", timeout_s=20)
    give_room = (  # as opening the panel does
        f"window.resizeDocks([find_widget('{DOCKER}')], [560], QtCore.Qt.Orientation.Vertical)"
    )
    person.look(give_room)
    person.desk.session.run("sleep", "1")
    yield
    person.look("window.showMaximized()")
    person.desk.session.run("sleep", "1")
    person.look(give_room)


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
