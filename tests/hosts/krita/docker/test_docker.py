"""What the docker in the real Krita shows, however large it is, and to whom."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from ...one_root import IN_TRIXIE
from ..person import DIAL, DOCKER, Person


@pytest.mark.parametrize(
    "size", [(1024, 600), pytest.param((1300, 800), marks=IN_TRIXIE)], ids=["1024x600", "1300x800"]
)
def test_preview_first_dial_and_apply_are_seen_without_scrolling(
    ready: Person, size: tuple[int, int]
) -> None:
    ready.wait_for_preview()
    with window_of(ready, *size):
        ready.wait_for_preview()
        ready.desk.display.screenshot(f"small-{size[0]}")
        docker = ready.krita.widget(DOCKER)
        for name in ("pack_button", "preview", "dial_strength_alpha_number", "apply"):
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
        hidden = "is_shown('dynamic_style_pack_list')"
        assert not ready.look(hidden), "the packs stay open"
        ready.wait_for_preview()


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
    ready.place_of(DOCKER)


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


@IN_TRIXIE
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
        f"packs = find_widgets('dynamic_style_pack_list')[0]\n"
        "tips = [packs.item(i).toolTip() for i in range(packs.count())]\n"
        "everything = docker.widget().findChildren(QtWidgets.QWidget)\n"
        "tips += [w.toolTip() for w in everything]\n"
        "labels = [w for w in everything if isinstance(w, QtWidgets.QLabel)"
        " and w.objectName() != 'qtooltip_label']\n"  # Qt's own: its texts are looked at above
        "label_formats = {int(w.textFormat()) for w in labels if w.text()}\n"
        "state.set_packs(kept, [], recent=[])\n"
        "docker.controller.packs_changed.emit()\n"
        "[[tip for tip in tips if '<img' in tip or '<h1' in tip], len(tips),"
        " sorted(label_formats)]"
    )
    assert rich[0] == [] and rich[1] > 10
    assert rich[2] == [0], "a label is not of plain text"


def test_packs_are_found_by_searching(ready: Person) -> None:
    ready.open_packs()
    ready.press("dynamic_style_pack_search")
    ready.desk.display.type("kandinsky")
    titles = (
        "[packs.item(i).text() for packs in [find_widget('dynamic_style_pack_list')]"
        " for i in range(packs.count())]"
    )
    ready.wait_until(f"{titles} == ['Composition VII']", timeout_s=10)
    ready.desk.display.key("ctrl+a", "Delete")
    ready.wait_until(f"len({titles}) >= 3", timeout_s=10)


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
    person.place_of(DOCKER)
    yield
    person.look("window.showMaximized()")
    person.wait_until(f"window.width() > {width}", timeout_s=20)
    person.place_of(DOCKER)
    person.look(give_room)
