"""Stylize… and Install Style Pack… in the real GIMP, used as a person does: by mouse and keyboard.

One GIMP per root serves all tests here; each leaves the image and the backend as it found them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .channel import HostScriptError
from .conftest import HERE, OUTPUT_VARIABLE
from .desk import Desk, open_desk
from .display import Rect
from .gimp import Gimp
from .inside import CHECKOUT, InsideError, Process, wait_for
from .roots import USER_ID, Root

SLOW_S = 120.0  # a backend that starts, or a net, on a busy machine
PHOTO = CHECKOUT / "installer/assets/two-dogs.jpg"
PHOTO_SIZE = (2000, 1500)  # so that a run at the layer's own size can be interrupted
PAUSES_S = ("0.7", "3", "8")  # while a menu opens; the longer ones are for a busy machine
FINAL = "This is how the result will look"
LAYERS = "[layer.get_name() for layer in Gimp.get_images()[0].get_layers()]"
DIRTY = "Gimp.get_images()[0].is_dirty()"


@dataclass(frozen=True)
class Person:
    """Somebody at a GIMP with a photo open."""

    desk: Desk
    gimp: Gimp

    def open(self, letter: str = "s", *, shows: str = "preview") -> None:
        """Choose Filters ▸ Dynamic Style ▸ the entry with this underlined letter."""
        for pause_s in PAUSES_S:
            self.desk.display.activate(self.gimp.window)
            self.desk.display.key("alt+r")
            self.desk.session.run("sleep", pause_s)
            self.desk.display.key("Up", "Right")  # the last entry of Filters is ours
            self.desk.session.run("sleep", pause_s)
            self.desk.display.key(letter)
            with contextlib.suppress(InsideError):
                wait_for("the plug-in runs", self.plugins, timeout_s=10)
                break
            self.desk.display.key("Escape", "Escape")  # the menu came too late for our keys
        self.wait_until(f"find_widget({shows!r}) is not None")

    def choose_pack(self, pack: str) -> None:
        """Click a pack in the list and wait for its own dials and preview."""
        self.wait_until(f"find_widget('pack-{pack}').get_allocated_height() > 1")
        self.press(f"pack-{pack}")
        self.wait_until(f"find_widget('packs').get_selected_row().get_name() == 'pack-{pack}'")
        self.wait_until("find_widget('number-strength').get_allocated_height() > 1")
        self.wait_for_preview()

    def look(self, expression: str, **values: Any) -> Any:
        """Evaluate something in the dialog's process."""
        return self.gimp.dialog.evaluate(expression, timeout_s=SLOW_S, **values)

    def wait_until(self, expression: str) -> None:
        """Wait until something is so in the dialog; not finding a widget counts as not yet."""

        def is_so() -> bool:
            with contextlib.suppress(HostScriptError):
                return bool(self.look(expression))
            return False

        try:
            wait_for(expression, is_so, timeout_s=SLOW_S, every_s=0.1)
        except InsideError as error:
            shot = self.desk.display.screenshot("not-so")
            raise InsideError(f"{error}; see {shot}") from error

    def wait_for_preview(self) -> None:
        """Wait until the picture is what the result will look like."""
        self.wait_until(f"find_widget('preview-status').get_text() == {FINAL!r}")

    def place_of(self, name: str) -> Rect:
        return self.gimp.dialog.widget(name)

    def press(self, name: str) -> None:
        """Click the widget of this name or with this label."""
        self.desk.display.click(*self.place_of(name).centre)

    def picture(self) -> np.ndarray[Any, Any]:
        """What the preview shows on the screen, (height, width, 3)."""
        shot = self.desk.display.screenshot("preview", of=self.place_of("preview"))
        with Image.open(shot) as image:
            return np.asarray(image.convert("RGB")).astype(int)

    def number(self, dial: str) -> float:
        return float(self.look(f"find_widget('number-{dial}').get_value()"))

    def choose(self, combo: str, *keys: str) -> None:
        """Open the list of a choice by its underlined letter and press these keys in it."""
        self.desk.display.key(combo, "space")
        self.desk.session.run("sleep", "0.5")
        self.desk.display.key(*keys)
        self.desk.session.run("sleep", "0.3")

    def wait_for_end(self) -> None:
        """Wait until the dialog's process has ended."""
        wait_for("the plug-in ends", lambda: not self.plugins(), timeout_s=SLOW_S)

    def cancel(self) -> None:
        self.desk.display.key("Escape")
        self.wait_for_end()

    def plugins(self) -> list[Process]:
        return [p for p in self.desk.session.processes("dynamic-style.py") if "-run" in p.arguments]

    def kill_backend(self) -> None:
        for process in self.desk.session.processes("dynamic_style.backend"):
            process.kill()

    def layers(self) -> list[str]:
        names: list[str] = self.gimp.evaluate(LAYERS)
        return names

    def undo(self) -> None:
        self.desk.display.activate(self.gimp.window)
        self.desk.display.key("ctrl+z")

    def screenshot(self, name: str) -> None:
        self.desk.session.run("sleep", "0.4")  # what has just changed is drawn a little later
        self.desk.display.screenshot(name)


@pytest.fixture(scope="module")
def person(root: Root, installed_home: Path) -> Iterator[Person]:
    named = os.environ.get(OUTPUT_VARIABLE)
    output = (Path(named).resolve() if named else HERE / "output") / root.suite / "gimp_dialog"
    with open_desk(root, home=installed_home, output=output) as desk:
        with Image.open(PHOTO) as photo:
            photo.resize(PHOTO_SIZE).save(desk.exchange / "photo.png")
        shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
        with Gimp(desk.display, "/exchange/photo.png") as gimp:
            yield Person(desk, gimp)
            assert "Traceback" not in gimp.started.output, gimp.started.output
            assert "GEGL-CRITICAL" not in gimp.started.output, gimp.started.output


@pytest.fixture(autouse=True)
def _nothing_left(person: Person) -> Iterator[None]:
    """A test that fails with its dialog open must not take the next one with it."""
    yield
    if person.plugins():
        for process in person.plugins():
            process.kill()
        person.desk.session.run("sleep", "2")
        person.desk.display.key("Escape")  # GIMP's message about it


def test_dialog_opens_from_the_menu_and_cancel_leaves_no_trace(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    person.screenshot("opened")
    assert person.look("find_widget('packs').get_selected_row().get_name()").startswith("pack-")
    assert person.look("len(find_widget('packs').get_children())") == 3
    after = person.picture()
    person.desk.display.key("alt+b")
    before = person.picture()
    assert np.abs(after - before).mean() > 10
    person.press("Cancel")
    person.wait_for_end()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


def test_every_control_has_an_accessible_name(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    nameless = person.look(
        "import sitecustomize\n"
        "focused = [w for w in sitecustomize.all_widgets() if w.get_can_focus()]\n"
        "controls = [w.get_ancestor(Gtk.ComboBox) or w for w in focused]\n"
        "[w.get_name() for w in controls if not isinstance(w, (Gtk.ScrolledWindow, Gtk.Window))\n"
        " and not (w.get_accessible().get_name() or w.list_mnemonic_labels())]"
    )
    assert nameless == []
    person.cancel()


def test_dial_is_turned_by_mouse_keyboard_and_number(person: Person) -> None:
    person.open()
    person.choose_pack("starry-night")
    before = person.picture()
    slider = person.place_of("dial-strength")
    start = person.number("strength")
    person.desk.display.drag(slider.at(0.62, 0.3), slider.at(0.99, 0.3), release=False)
    try:
        wait_for(
            "the picture follows the dial while it is held",
            lambda: np.abs(person.picture() - before).mean() > 2,
            timeout_s=SLOW_S,
        )
        assert person.look("find_widget('preview-status').get_text()").startswith("Preview")
    finally:
        person.desk.display.release()
    person.wait_for_preview()
    person.screenshot("turned")
    assert person.number("strength") == pytest.approx(1.3)
    assert person.look("find_widget('beyond the trained range').get_mapped()")

    person.desk.display.key("Left", "Left")
    assert person.number("strength") == pytest.approx(1.28)
    person.press("reset-strength")
    assert person.number("strength") == pytest.approx(start) == 0.7

    person.desk.display.click(*person.place_of("number-wave").at(0.2, 0.5), count=3)
    person.desk.display.type("0.45\t")
    assert person.number("wave") == pytest.approx(0.45)
    person.wait_for_preview()
    person.screenshot("typed")
    person.cancel()
    assert person.layers() == ["photo.png"]


def test_blocks_are_turned_one_by_one(person: Person) -> None:
    person.open()
    person.choose_pack("the-great-wave")
    person.desk.display.click(*person.place_of("Blocks one by one").at(0.1, 0.5))  # the words
    person.wait_until("find_widget('dial-strength-1').get_allocated_width() > 1")
    person.desk.session.run("sleep", "0.5")
    slider = person.place_of("dial-strength-1")
    person.desk.display.click(*slider.at(0.9, 0.5))
    person.wait_for_preview()
    person.screenshot("blocks")
    numbers = [person.look(f"find_widget('dial-strength-{i}').get_value()") for i in range(3)]
    assert numbers[0] == numbers[2] == pytest.approx(0.2)
    assert numbers[1] > 0.2
    person.cancel()


def test_ok_makes_one_layer_and_one_undo_step(person: Person) -> None:
    person.open()
    person.choose_pack("starry-night")
    person.press("Split")
    person.screenshot("split")
    person.press("OK")
    person.wait_for_end()
    assert person.layers() == ["The Starry Night α 0.70", "photo.png"]
    person.screenshot("result")
    person.undo()
    wait_for("undone", lambda: person.layers() == ["photo.png"], timeout_s=10)
    assert person.gimp.evaluate(DIRTY) is False


def test_cancel_stops_a_run_and_leaves_no_trace(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    person.choose("alt+w", "End", "Return")
    person.wait_until("find_widget('preview-status').get_text().startswith('Preview')")
    person.press("OK")
    person.wait_until("find_widget('progress').get_fraction() > 0")
    person.screenshot("running")
    person.press("Cancel")
    person.wait_until("'Stopped' in find_widget('notice').get_text()")
    person.screenshot("stopped")
    person.cancel()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


def test_selection_limits_what_the_preview_changes(person: Person) -> None:
    person.gimp.evaluate(
        "image = Gimp.get_images()[0]\n"
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 1000, 1500)"
    )
    person.open()
    person.wait_for_preview()
    person.choose("alt+l", "Home", "Down", "Return")  # a hard edge
    person.wait_for_preview()
    after = person.picture()
    person.screenshot("selection")
    person.desk.display.key("alt+b")
    before = person.picture()
    middle = after.shape[1] // 2
    assert np.abs(after - before)[:, : middle - 20].mean() > 10
    assert np.abs(after - before)[:, middle + 20 :].max() <= 8  # the widget's own rounding
    person.cancel()
    person.gimp.evaluate("Gimp.Selection.none(Gimp.get_images()[0])")
    person.undo()
    person.undo()


def test_missing_backend_is_said_and_found_once_it_is_installed(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    person.kill_backend()
    with _hidden(person.desk.home / ".config/dynamic-style/backend.json"):
        person.choose("alt+w", "Home", "Down", "Return")
        person.wait_until("'not installed' in find_widget('notice').get_text()")
        person.screenshot("no-backend")
    person.wait_for_preview()
    person.cancel()


def test_backend_killed_during_a_run_is_said_and_started_again(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    person.choose("alt+w", "End", "Return")
    person.press("OK")
    person.wait_until("find_widget('progress').get_fraction() > 0")
    person.kill_backend()
    person.wait_until("find_widget('Restart the backend').get_mapped()")
    person.screenshot("killed")
    person.press("Restart the backend")
    person.choose("alt+w", "Home", "Return")
    person.wait_for_preview()
    person.cancel()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


def test_pack_is_installed_from_a_file(person: Person) -> None:
    source = CHECKOUT / "weights/the-great-wave"
    copy = person.desk.exchange / "the-great-wave"
    shutil.copytree(source, copy)
    person.open("p", shows="Install Style Pack")
    person.desk.session.run("sleep", "1")
    person.desk.display.type("/")  # makes the entry for a path appear
    person.desk.session.run("sleep", "2")
    person.desk.display.type("exchange/the-great-wave/pack.json")
    person.desk.session.run("sleep", "1")
    person.screenshot("install")
    person.desk.display.key("Return")
    person.wait_until("'already' in find_widget('notice').get_text()")
    person.screenshot("install-again")
    person.press("Replace it")
    person.wait_for_end()
    installed = person.desk.home / ".local/share/dynamic-style/packs/the-great-wave/pack.json"
    assert installed.read_bytes() == (source / "pack.json").read_bytes()


@contextlib.contextmanager
def _hidden(path: Path) -> Iterator[None]:
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)
