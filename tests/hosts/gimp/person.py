"""Somebody at a GIMP with a photo open, who uses our dialogs by mouse and keyboard.

with open_person(root, home=installed_home, output=folder) as person:
    person.open()                                  # Filters ▸ Dynamic Style ▸ Stylize…
    person.choose_pack("starry-night")
    person.press("OK")
    person.wait_for_end()
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..channel import HostScriptError
from ..debian.inside import CHECKOUT, InsideError, Process, wait_for
from ..debian.roots import USER_ID, Root
from ..desk import Desk, open_desk
from ..display import SIZE, Rect
from ..installed import long_px
from .host import Gimp

MOST_TURNS = 20  # of the wheel
WHERE_PACK_IS = """
row, seen = find_widget('pack-{pack}').get_allocation(), find_widget('packs').get_adjustment()
middle = row.y + row.height / 2
above = middle < seen.get_value()
below = middle > seen.get_value() + seen.get_page_size()
"above" if above else "below" if below else "seen"
"""
WHEEL = {"above": 4, "below": 5}  # the buttons that X has for its directions
REST_LOOKS = 3  # in a row that find a widget in one place
DRAWN_S = 0.2  # what has just changed is drawn a little later
SLOW_S = 120.0  # a backend that starts, or a net, on a busy machine
PHOTO = CHECKOUT / "installer/assets/two-dogs.jpg"
PHOTO_SIZE = (900, 675)
TRIES, MENU_S = 3, 20.0
ENTRIES = (  # from the top
    "Stylize",
    "Stylize Layers as Frames",
    "Inpaint Selection",
    "Generate Picture",
    "New Style from Layer",
    "Install Style Pack",
)
CANVAS_CENTRE = (780, 520)  # on the screen
FINAL = "This is how the result will look"
TOPLEVELS = "len([w for w in Gtk.Window.list_toplevels() if w.get_visible()])"
LAYERS = "[layer.get_name() for layer in Gimp.get_images()[0].get_layers()]"
DIRTY = "Gimp.get_images()[0].is_dirty()"


@dataclass(frozen=True)
class Person:
    """Somebody at a GIMP with a photo open."""

    desk: Desk
    gimp: Gimp

    def open(self, letter: str = "s", *, shows: str = "preview") -> None:
        """Choose Filters ▸ Dynamic Style ▸ the entry with this underlined letter, and wait for the
        dialog that has a widget of this name.
        """
        self.choose_entry(letter, until=self.plugins)
        self.wait_until(f"find_widget({shows!r}) is not None")

    def choose_entry(self, letter: str, *, until: Callable[[], object]) -> None:
        """Press the keys for our menu's entry, again if nothing comes of it."""
        for _ in range(TRIES):
            with contextlib.suppress(InsideError):  # a key was lost on the way to a busy GIMP
                self.desk.display.activate(self.gimp.window)
                shown = self._count_windows()
                self.desk.display.key("alt+r")
                self._wait_for_windows(shown + 1)
                self.desk.display.key("Up", "Right")  # the last entry of Filters is ours
                self._wait_for_windows(shown + 2)
                self.desk.display.key(letter)
                wait_for("the plug-in runs", until, timeout_s=10)
                return
            self.desk.display.key("Escape", "Escape")
        shot = self.desk.display.screenshot("no-entry")
        raise InsideError(f"Filters ▸ Dynamic Style, {letter}: nothing came of it; see {shot}")

    def open_by_mouse(self, entry: str) -> None:
        """Choose one of ENTRIES in Filters ▸ Dynamic Style with the mouse. Where the menu's title
        is only GIMP knows: its keyboard shortcut shows it first.
        """
        display = self.desk.display
        for tries_left in (2, 1, 0):
            display.activate(self.gimp.window)
            display.key("alt+r")
            try:
                menu = self._popup(self.gimp_windows)
                break
            except InsideError:  # the keys were lost on the way to a busy GIMP
                if not tries_left:
                    raise
        display.key("Escape")
        wait_for(
            "the menu closes", lambda: len(self.gimp_windows()) == 1, timeout_s=30, every_s=0.2
        )
        display.click(menu.x + 20, menu.y - 14)
        menu = self._popup(self.gimp_windows)
        display.move(menu.x + 60, menu.y + menu.height - 14)  # the last entry is ours
        edge = menu.x + menu.width

        def beside() -> list[Rect]:
            return [rect for rect in self.gimp_windows() if abs(rect.x - edge) < 20]

        entries = self._popup(beside, least=1)
        row = entries.height / len(ENTRIES)
        y = entries.y + row * (ENTRIES.index(entry) + 0.5)
        display.screenshot("menu")
        display.click(entries.x + 60, round(y))
        wait_for("the plug-in runs", self.plugins, timeout_s=30, by=self.gimp.started)
        self.wait_until("find_widget('preview') is not None")

    def _count_windows(self) -> int:
        return len(self.gimp_windows())

    def _wait_for_windows(self, least: int) -> None:
        what = f"GIMP shows {least} windows"
        wait_for(what, lambda: self._count_windows() >= least, timeout_s=MENU_S, every_s=0.05)

    def gimp_windows(self) -> list[Rect]:
        """All that GIMP shows, largest first: its window, menus, tool tips."""
        told = self.desk.session.run(
            "xdotool", "search", "--onlyvisible", "--class", "gimp", check=False
        )
        found = []
        for number in told.stdout.split():
            shown = self.desk.session.run(
                "xdotool", "getwindowgeometry", "--shell", number, check=False
            )
            lines = dict(line.split("=", 1) for line in shown.stdout.split())
            if "HEIGHT" in lines:  # otherwise it has just closed
                found.append(Rect(*(int(lines[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))))
        return sorted(found, key=lambda rect: -rect.width * rect.height)

    def _popup(self, windows: Callable[[], list[Rect]], *, least: int = 2) -> Rect:
        """The smallest of these windows, once there are as many, and it has stopped growing."""
        seen: list[list[Rect]] = []

        def rests() -> bool:
            seen.append(windows())
            return len(seen) > 1 and len(seen[-1]) >= least and seen[-1] == seen[-2]

        wait_for("a menu rests", rests, timeout_s=MENU_S)
        return seen[-1][-1]

    def choose_pack(self, pack: str, *, first_dial: str = "strength") -> None:
        """Click a pack in the list, whose wheel is turned until it is seen, and wait for its own
        dials and preview.
        """
        self.wait_until(f"find_widget('pack-{pack}').get_allocated_height() > 1")
        for _ in range(MOST_TURNS):
            place = self.look(WHERE_PACK_IS.format(pack=pack))
            if place == "seen":
                break
            room = Rect(*self.look("rect_of(find_widget('packs').get_parent())"))
            self.desk.display.click(*room.centre, button=WHEEL[place])
        self.press(f"pack-{pack}")
        self.wait_until(f"find_widget('packs').get_selected_row().get_name() == 'pack-{pack}'")
        number = f"number-{first_dial}"
        self.wait_until(f"find_widget('{number}').get_allocated_height() > 1")
        self.wait_for_preview()
        self.wait_for_rest(number)

    def look(self, expression: str, **values: Any) -> Any:
        """Evaluate something in the dialog's process."""
        return self.gimp.dialog.evaluate(expression, timeout_s=SLOW_S, **values)

    def wait_until(self, expression: str, *, timeout_s: float = SLOW_S) -> None:
        """Wait until something is so in the dialog; not finding a widget counts as not yet."""

        def is_so() -> bool:
            with contextlib.suppress(HostScriptError):
                return bool(self.look(expression))
            return False

        try:
            wait_for(expression, is_so, timeout_s=timeout_s, every_s=0.05)
        except InsideError as error:
            shot = self.desk.display.screenshot("not-so")
            raise InsideError(f"{error}; see {shot}") from error

    def wait_for_preview(self) -> None:
        """Wait until the picture is what the result will look like."""
        self.wait_until(f"find_widget('preview-status').get_text() == {FINAL!r}")

    def wait_for_rest(self, name: str) -> None:
        """Wait until a widget has stayed where it is: rows of a dial that has just come move those
        below when they get their heights.
        """
        seen: list[Rect] = []

        def is_at_rest() -> bool:
            seen.append(self.place_of(name))
            return len(seen) > REST_LOOKS and len(set(seen[-REST_LOOKS:])) == 1

        wait_for(f"{name} rests", is_at_rest, timeout_s=SLOW_S)

    def place_of(self, name: str) -> Rect:
        return self.gimp.dialog.widget(name)

    def press(self, name: str) -> None:
        """Click the widget of this name or with this label."""
        self.desk.display.click(*self.place_of(name).centre)

    def picture(self) -> np.ndarray[Any, Any]:
        """What the preview shows on the screen, (height, width, 3)."""
        time.sleep(DRAWN_S)
        return np.asarray(self.desk.display.look(of=self.place_of("preview"))).astype(int)

    def number(self, dial: str) -> float:
        return float(self.look(f"find_widget('number-{dial}').get_value()"))

    def wait_for_run(self) -> None:
        """Wait until what the dialog shows is that it runs."""
        self.wait_until("find_widget('Reset').get_sensitive() is False")

    def work_long(self) -> None:
        """Set a working size at which a run takes long enough to be interrupted."""
        size = long_px(self.desk.root)
        self.look(
            "sizes = find_widget('Working size:').get_mnemonic_widget()\n"
            f"sizes.append('{size}', '{size} px')\n"
            f"sizes.set_active_id('{size}')"
        )

    def choose(self, combo: str, *keys: str) -> None:
        """Open the list of a choice by its underlined letter and press these keys in it."""
        shown = self.look(TOPLEVELS)
        self.desk.display.key(combo, "space")
        self.wait_until(f"{TOPLEVELS} > {shown}")
        self.desk.display.key(*keys)
        self.wait_until(f"{TOPLEVELS} <= {shown}")

    def wait_for_end(self) -> None:
        """Wait until the dialog's process has ended."""
        wait_for("the plug-in ends", lambda: not self.plugins(), timeout_s=SLOW_S)

    def cancel(self) -> None:
        self.desk.display.key("Escape")
        self.wait_for_end()

    def plugins(self) -> list[Process]:
        return self.gimp.plugins()

    @contextlib.contextmanager
    def uninstalled_backend(self) -> Iterator[None]:
        """The backend has ended, and its record cannot be found."""
        record = self.desk.home / ".config/dynamic-style/backend.json"
        aside = record.with_name(f"{record.name}.aside")
        self.desk.kill_backend()
        record.rename(aside)
        try:
            yield
        finally:
            aside.rename(record)

    def layers(self) -> list[str]:
        names: list[str] = self.gimp.evaluate(LAYERS)
        return names

    def open_photo(self) -> None:
        """File ▸ Open Recent ▸ 1, after the photo was closed."""
        for _ in range(3):
            self.desk.display.activate(self.gimp.window)
            self.desk.display.key("ctrl+1")
            with contextlib.suppress(InsideError):
                self.gimp.wait_until("len(Gimp.get_images()) > 0", timeout_s=60)
                return
        raise InsideError("GIMP has not opened the photo again")

    def undo(self) -> None:
        self.desk.display.activate(self.gimp.window)
        self.desk.display.key("ctrl+z")

    def keep_evidence(self, name: str) -> None:
        self.gimp.keep_evidence(name)

    def screenshot(self, name: str) -> None:
        time.sleep(DRAWN_S)
        self.desk.display.screenshot(name)


@contextlib.contextmanager
def open_person(
    root: Root,
    *,
    home: Path,
    output: Path,
    size: tuple[int, int] = PHOTO_SIZE,
    screen: tuple[int, int] = SIZE,
    env: Mapping[str, str] | None = None,
) -> Iterator[Person]:
    """Dynamic Style is installed in home, which is copied. Fails if the plug-in left a traceback.
    size: (width, height) of the photo. screen: that of the screen. env: more of GIMP's environment.
    """
    with open_desk(root, home=home, output=output, screen=screen) as desk:
        with Image.open(PHOTO) as photo:
            photo.resize(size).save(desk.exchange / "photo.png")
        shutil.chown(desk.exchange / "photo.png", USER_ID, USER_ID)
        with Gimp(desk.display, "/exchange/photo.png", env=env) as gimp:
            yield Person(desk, gimp)
            assert "Traceback" not in gimp.started.output, gimp.started.output
            assert "GEGL-CRITICAL" not in gimp.started.output, gimp.started.output
