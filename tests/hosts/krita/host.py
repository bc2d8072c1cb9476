"""The real Krita on a display, with a channel into its user interface.

    with Krita(display, "/exchange/photo.png") as krita:
        display.click(*krita.menu("filter").centre)
        display.click(*krita.entry("Dynamic Style").centre)
        names = krita.evaluate("[layer.name() for layer in layers()]")

Code for `evaluate` finds Krita, QtCore, QtGui, QtWidgets, document(), layers(), find_widget(name),
and the names that earlier code set (driver/krita_driver.py, which is laid down beside the product's
plug-in). Leaving the `with` quits Krita as its own File > Quit does; after a failure it first keeps
a screenshot and Krita's log in the output folder.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ..channel import Channel, HostScriptError
from ..debian.inside import InsideError, wait_for
from ..debian.roots import USER_ID
from ..display import Display, Rect

DRIVER_FOLDER = Path(__file__).resolve().parents[1] / "driver"
DRIVER_NAME = "dynamic_style_test_driver"
START_TIMEOUT_S = 300.0  # the first start in a home, on a busy machine
_QUIT_TIMEOUT_S = 30.0
_NUDGE_EVERY_S = 2.0


class Krita:
    """A running Krita. files: paths as seen inside, opened at start; it is ready when the first
    of them is. options: more of its command line. env: more environment variables. opengl: draw
    the canvas by OpenGL, as Krita does by itself; with no graphics card that takes five times as
    much of the processor as drawing by Qt.
    """

    def __init__(
        self,
        display: Display,
        *files: str,
        options: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
        opengl: bool = False,
    ) -> None:
        self.display = display
        self.session = display.session
        choose_canvas(self.session.home, "auto" if opengl else "none")
        lay_down_driver(self.session.home)
        folder, inner = self.session.add_folder("krita-channel")
        self._errors = folder / "errors"
        self.started = self.session.start(
            *("krita", "--nosplash", *options, *files),
            log="krita.log",
            env={"DYNAMIC_STYLE_TEST_KRITA": str(inner), **(env or {})},
        )
        self.channel = Channel(
            folder, what="Krita", is_alive=lambda: self.started.exit_code is None
        )
        self.evaluate = self.channel.evaluate
        self.post = self.channel.post
        self.wait_until = self.channel.wait_until
        try:
            self._wait_until_ready(opens_something=bool(files or options))
        except BaseException:
            self.keep_evidence("krita-start")
            self.started.stop()
            raise

    def __enter__(self) -> Krita:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self.keep_evidence("krita-failure")
            self.started.stop()
            return
        code = self.started.exit_code
        if code is None:
            code = self.quit()
        if code:
            self.keep_evidence("krita-crashed")
            raise InsideError(f"Krita has crashed: exit code {code}")

    def widget(self, object_name: str) -> Rect:
        """Where the visible widget of this object name is on the screen."""
        return Rect(*self.evaluate("widget_rect(wanted_name)", wanted_name=object_name))

    def menu(self, object_name: str) -> Rect:
        """Where the menu bar has the menu of this object name, such as "filter" or "layer"."""
        return Rect(*self.evaluate("menu_rect(wanted_name)", wanted_name=object_name))

    def entry(self, text: str) -> Rect:
        """Where an open menu has the entry with this text, written without its mnemonic's &."""
        return Rect(*self.evaluate("entry_rect(wanted_name)", wanted_name=text))

    def wait_for_sight(self, expression: str, *, timeout_s: float) -> Any:
        """Wait until something on the screen is so, and return it; what cannot be found counts as
        not yet.

        Under load Qt leaves a click or a key lying until the next X event, which a person's mouse
        sends at once, so that the mouse is nudged now and then.
        """
        nudged_s = time.monotonic()

        def value() -> Any:
            nonlocal nudged_s
            with contextlib.suppress(HostScriptError):
                if told := self.evaluate(expression):
                    return told
            if time.monotonic() > nudged_s + _NUDGE_EVERY_S:
                self.display.nudge()
                nudged_s = time.monotonic()
            return None

        return wait_for(expression, value, timeout_s=timeout_s, every_s=0.05)

    def script_errors(self) -> list[str]:
        """What no Python code in Krita caught, and what Krita says of plug-ins that failed."""
        uncaught = self._errors.read_text("utf-8").split("\0")[:-1] if self._errors.exists() else []
        lines = self.started.output.splitlines()
        return uncaught + [line for line in lines if line.startswith("krita.scripting:")]

    def quit(self) -> int:
        """Use File > Quit with nothing left to save; return the exit code. Raises InsideError if
        it does not end in time.
        """
        self.evaluate("forget_changes()")
        self.post("forget_changes(); Krita.instance().action('file_quit').trigger()")
        try:
            return self.started.wait(_QUIT_TIMEOUT_S)
        except InsideError:
            self.keep_evidence("krita-does-not-quit")
            self.started.stop()
            raise

    def keep_evidence(self, name: str) -> None:
        """Save a screenshot and the log in the output folder, under this name."""
        shot = self.display.screenshot(name)
        shutil.copyfile(self.started.log, shot.with_suffix(".log"))

    def _wait_until_ready(self, *, opens_something: bool) -> None:
        wait_for(
            "Krita's first window",
            lambda: self.evaluate(
                "Krita.instance().activeWindow() is not None", timeout_s=START_TIMEOUT_S
            ),
            timeout_s=START_TIMEOUT_S,
        )
        self.evaluate("Krita.instance().activeWindow().qwindow().showMaximized()")
        if opens_something:
            self.wait_until("document() is not None")
        self.evaluate("None")


def choose_canvas(home: Path, renderer: str) -> None:
    """Choose how Krita draws its canvas, as Settings ▸ Configure Krita ▸ Display does."""
    settings = home / ".config/kritadisplayrc"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[General]\nOpenGLRenderer={renderer}\n", "utf-8")


def lay_down_driver(home: Path) -> None:
    """Put the tests' own plug-in into a home folder and enable it, leaving all else as it is."""
    plugins = home / ".local/share/krita/pykrita"
    package = plugins / DRIVER_NAME
    package.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DRIVER_FOLDER / "krita_driver.desktop", plugins / f"{DRIVER_NAME}.desktop")
    shutil.copyfile(DRIVER_FOLDER / "krita_driver.py", package / "__init__.py")
    shutil.copyfile(DRIVER_FOLDER / "answering.py", package / "answering.py")
    settings = home / ".config/kritarc"
    settings.parent.mkdir(parents=True, exist_ok=True)
    text = settings.read_text("utf-8") if settings.exists() else ""
    line = f"enable_{DRIVER_NAME}=true"
    if line not in text:
        if "[python]\n" not in text:
            text += "\n[python]\n"
        settings.write_text(text.replace("[python]\n", f"[python]\n{line}\n", 1), "utf-8")
    give_home(home)


def give_home(home: Path) -> None:
    """Make everything in a home folder the user's own."""
    shutil.chown(home, USER_ID, USER_ID)
    for path in home.rglob("*"):
        if not path.is_symlink() and path.stat().st_uid != USER_ID:
            shutil.chown(path, USER_ID, USER_ID)
