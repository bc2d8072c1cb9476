"""Somebody at a Krita with a photo open, who uses the menu and the docker by mouse and keyboard.

    with open_person(root, home=installed_home, output=folder) as person:
        person.menu("Stylize Layer…")
        person.press("dynamic_style_apply")
        person.desk.display.screenshot("docker")

`docker/conftest.py` has a fixture of that name, one for all tests there.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..channel import HostScriptError
from ..debian.inside import CHECKOUT, InsideError, wait_for
from ..debian.roots import USER_ID, Root
from ..desk import BACKEND, Desk, open_desk
from ..display import Rect
from ..installed import long_px
from .host import Krita

DRAWN_S = 0.1  # what Krita has drawn is on the screen by then
TURNS = 4  # of Krita's event loop, after which it has announced what it did
REST_S = 0.08  # between two looks that find a control in one place
PRESSES, SOON_S = 3, 10.0
SLOW_S = 180.0  # a backend that starts, or a net, on a busy machine
PHOTO = CHECKOUT / "installer/assets/two-dogs.jpg"
PHOTO_SIZE = (900, 675)
DOCKER = "dynamic_style_docker"
DIAL = "dynamic_style_dial_strength"
Box = tuple[int, int, int, int]  # x, y, width, height, in the picture's pixels
LAYERS = "[layer.name() for layer in layers()]"
WATCH_FOR_A_RUN = f"""
class Runs(QtCore.QObject):
    seen = False

    def eventFilter(self, watched, event):
        self.seen = self.seen or event.type() == QtCore.QEvent.Type.Show
        return False

runs = Runs()
cancel = find_widget('{DOCKER}').findChild(QtWidgets.QPushButton, 'dynamic_style_cancel')
cancel.installEventFilter(runs)
"""


@dataclass(frozen=True)
class Person:
    """Somebody at a Krita with a photo open."""

    desk: Desk
    krita: Krita

    def menu(self, entry: str) -> None:
        """Choose Filter ▸ Dynamic Style ▸ entry, by mouse."""
        self.open_menu()
        self.desk.display.click(*self.krita.entry(entry).centre)

    def open_menu(self) -> None:
        for tries_left in (2, 1, 0):
            self.desk.display.click(*self.krita.menu("filter").centre)
            try:
                self.wait_until("entry_rect('Dynamic Style')", timeout_s=15)
                break
            except InsideError:  # the click was lost on the way to a busy Krita
                if not tries_left:
                    raise
                self.desk.display.key("Escape")
        self.desk.display.click(*self.krita.entry("Dynamic Style").centre)
        self.wait_until("entry_rect('Stylize Layer…')")

    def look(self, expression: str) -> Any:
        return self.krita.evaluate(expression)

    def wait_until(self, expression: str, *, timeout_s: float = SLOW_S) -> Any:
        """Wait until something is so; what cannot be found counts as not yet."""
        try:
            return self.krita.wait_for_sight(expression, timeout_s=timeout_s)
        except InsideError as error:
            shot = self.desk.display.screenshot("not-so")
            raise InsideError(f"{error}; see {shot}") from error

    def use_theme(self, name: str) -> None:
        """Choose one of Settings ▸ Themes."""
        self.look(
            "window = Krita.instance().activeWindow().qwindow()\n"
            "kind = getattr(QtWidgets, 'QAction', None) or QtGui.QAction  # Qt 5, or 6\n"
            f"[a for a in window.findChildren(kind) if a.text() == {name!r}][0].trigger()"
        )
        self.wait_until_drawn()

    def float_docker(self) -> None:
        """In a window of its own, as narrow as it must be usable."""
        self.look(
            f"dock = find_widget('{DOCKER}')\ndock.setFloating(True)\ndock.resize(250, 860)\n"
            "dock.move(1100, 60)"
        )

    def place_of(self, name: str) -> Rect:
        """Where a control of the docker is, scrolled into sight, and at rest there."""
        places: list[Any] = []

        def is_at_rest() -> bool:
            places.append(
                self.look(
                    "scroll = find_widget('dynamic_style_scroll')\n"
                    f"wanted = find_widget({name!r})\n"
                    "scroll.isAncestorOf(wanted) and scroll.ensureWidgetVisible(wanted, 0, 8)\n"
                    f"widget_rect({name!r})"
                )
            )
            return len(places) > 1 and places[-1] == places[-2]

        wait_for(f"{name} rests", is_at_rest, timeout_s=SOON_S, every_s=REST_S)
        return Rect(*places[-1])

    def press(self, name: str) -> None:
        self.desk.display.click(*self.place_of(name).centre)

    def press_until(self, name: str, expression: str) -> None:
        """Press until something is so, as a person does again whose click went beside a control
        that a new line below it had moved.
        """
        for _ in range(PRESSES - 1):
            self.press(name)
            with contextlib.suppress(InsideError):
                self.wait_until(expression, timeout_s=SOON_S)
                return
        self.press(name)
        self.wait_until(expression)

    def enter(self, name: str, number: str) -> None:
        """Type a number over the one that is there, as after the Tab key has brought one there."""
        self.place_of(name)
        self.look(f"find_widget({name!r}).setFocus(QtCore.Qt.FocusReason.TabFocusReason)")
        self.desk.display.type(number)
        self.desk.display.key("Return")

    def on_canvas(self, x: float, y: float) -> tuple[int, int]:
        """Where on the screen a pixel of the picture is."""
        across, down = self.look(
            "window = Krita.instance().activeWindow()\n"
            "view = window.activeView()\n"
            "shown = view.flakeToImageTransform().inverted()[0] * view.flakeToCanvasTransform()\n"
            "area = window.qwindow().findChild(QtWidgets.QMdiArea)\n"
            "canvases = [w for w in area.activeSubWindow().findChildren(QtWidgets.QWidget)"
            " if w.metaObject().className() in ('KisOpenGLCanvas2', 'KisQPainterCanvas')]\n"
            f"spot = canvases[0].mapToGlobal(shown.map(QtCore.QPointF({x}, {y})).toPoint())\n"
            "[spot.x(), spot.y()]"
        )
        return across, down

    def select(self, x: int, y: int, width: int, height: int) -> Box:
        """Drag Krita's rectangular selection over a part of the picture; return what is selected,
        which may be a pixel off.
        """
        self.deselect()
        self.desk.display.click(*self.krita.widget("KisToolSelectRectangular").centre)
        end = self.on_canvas(x + width, y + height)
        self.desk.display.drag(self.on_canvas(x, y), end, release=False)
        for _ in range(3):  # Krita takes the place of the last move that it has seen for the end
            self.wait_until_drawn()
            self.desk.display.nudge()
        self.desk.display.release()
        is_there = "document().selection() is not None and document().selection().width() > 0"
        self.wait_until(is_there, timeout_s=20)
        self.settle()
        return self.selection()

    def selection(self) -> Box:
        left, top, width, height = self.look(
            "chosen = document().selection()\n"
            "[chosen.x(), chosen.y(), chosen.width(), chosen.height()]"
        )
        return left, top, width, height

    def deselect(self) -> None:
        self.look("Krita.instance().action('deselect').trigger()")
        self.wait_until("document().selection() is None", timeout_s=20)

    def wait_for_preview(self) -> None:
        """Wait until a preview is shown, and none is on its way."""
        self.wait_until(
            "find_widget('dynamic_style_preview').tag == 'preview'"
            f" and not find_widget('{DOCKER}').controller.preview.is_waiting"
        )
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Wait until what has changed so far is on the screen."""
        for _ in range(2):  # in the one turn Krita learns of it, in the next it draws
            self.look("None")
        time.sleep(DRAWN_S)

    def picture(self, name: str = "preview") -> npt.NDArray[np.int_]:
        """What the docker's preview shows on the screen, (height, width, 3), without its edge."""
        place = self.place_of("dynamic_style_preview")
        self.wait_until_drawn()
        shot = self.desk.display.screenshot(name, of=place)
        with Image.open(shot) as image:
            return np.asarray(image.convert("RGB")).astype(int)[4:-4, 4:-4]

    def apply(self) -> None:
        """Press Apply and wait for the result. A run may be over sooner than anybody looks."""
        self.look(WATCH_FOR_A_RUN)
        self.press("dynamic_style_apply")
        self.wait_until("runs.seen")
        self.wait_until("find_widget('dynamic_style_apply').isVisible()")
        self.settle()

    @contextlib.contextmanager
    def slow_run(self) -> Iterator[None]:
        """A run that takes long enough to be interrupted."""
        size = f"{long_px(self.desk.root)} px"
        self.look(f"find_widget('dynamic_style_working_size').setEditText({size!r})")
        self.look("find_widget('dynamic_style_working_size_text').editingFinished.emit()")
        self.press("dynamic_style_apply")
        self.wait_until("find_widget('dynamic_style_progress').value() > 5")
        yield
        self.look("find_widget('dynamic_style_working_size').setCurrentIndex(0)")
        self.look("find_widget('dynamic_style_working_size').activated.emit(0)")

    def keep_evidence(self, name: str) -> None:
        self.krita.keep_evidence(name)

    def layers(self) -> list[str]:
        names: list[str] = self.look(LAYERS)
        return names

    def undo(self) -> None:
        self._trigger("edit_undo")

    def redo(self) -> None:
        self._trigger("edit_redo")

    def _trigger(self, action: str) -> None:
        """Krita enables it a moment after there is something to undo, and until then drops it."""
        self.look("Krita.instance().activeWindow().qwindow().activateWindow()")
        self.wait_until(f"Krita.instance().action('{action}').isEnabled()", timeout_s=20)
        self.look(f"Krita.instance().action('{action}').trigger()")
        self.settle()

    def settle(self) -> None:
        """Wait until Krita has computed and announced everything."""
        for _ in range(TURNS):
            self.look("document().waitForDone()")
            time.sleep(DRAWN_S / TURNS)

    def kill_backends_until(self, condition: str, *, timeout_s: float = 60) -> None:
        """Kill the backend, and each that is started in its place."""
        self.desk.kill_backend()
        end = time.monotonic() + timeout_s
        while not self.look(condition):
            assert time.monotonic() < end, f"never: {condition}"
            for process in self.desk.session.processes(BACKEND):
                process.kill()

    def dial(self, name: str) -> float:
        """The number of the dial with this object name."""
        return float(self.look(f"find_widget('{name}_alpha_number').value()"))

    def track(self, name: str) -> Rect:
        """The dial's slider, or Krita's own slider and number in one."""
        self.place_of(name)
        with contextlib.suppress(HostScriptError):
            return self.krita.widget(f"{name}_alpha_slider")
        return self.krita.widget(f"{name}_alpha_number")

    def choose_pack(self, title: str) -> None:
        """Click the pack's thumbnail, in a small docker once its button has opened them."""
        chosen = f"find_widget('{DOCKER}').controller.state.pack.title == {title!r}"
        for tries_left in (2, 1, 0):
            self._click_pack(title)
            try:
                self.wait_until(chosen, timeout_s=15)
                break
            except InsideError:  # the click was lost on the way to a busy Krita
                if not tries_left:
                    raise

    def open_packs(self) -> None:
        """Show the packs' thumbnails, which a small docker folds away."""
        if not self.look("is_shown('dynamic_style_pack_list')"):
            self.press("dynamic_style_pack_button")
            self.wait_until("find_widget('dynamic_style_pack_list').count() > 1")

    def _click_pack(self, title: str) -> None:
        self.open_packs()
        self.place_of("dynamic_style_pack_list")
        x, y, width, height = self.look(
            "packs = find_widget('dynamic_style_pack_list')\n"
            "items = [packs.item(i) for i in range(packs.count())]\n"
            f"item = [item for item in items if item.text() == {title!r}][0]\n"
            "packs.scrollToItem(item)\n"
            "rect = packs.visualItemRect(item)\n"
            "corner = packs.viewport().mapToGlobal(rect.topLeft())\n"
            "[corner.x(), corner.y(), rect.width(), rect.height()]"
        )
        self.desk.display.click(x + width // 2, y + height // 3)


@contextlib.contextmanager
def open_person(root: Root, *, home: Path, output: Path) -> Iterator[Person]:
    """A person with a photo in Krita. home: with everything installed; a copy of it is used.
    Nothing in there may have raised by the end.
    """
    with open_desk(root, home=home, output=output) as desk:
        add_photo(desk)
        with Krita(desk.display, "/exchange/photo.png") as krita:
            yield Person(desk, krita)
            if errors := krita.script_errors():
                raise InsideError("raised in Krita:\n" + "\n".join(errors))


def add_photo(desk: Desk) -> None:
    """Lay photo.png into the exchange folder."""
    with Image.open(PHOTO) as photo:
        photo.resize(PHOTO_SIZE).save(desk.exchange / "photo.png")
    shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
