"""The real GIMP 3: as a program without windows for scripts, and on a display.

    console = GimpConsole(session)                     # a new gimp-console for each call
    console.evaluate("Gimp.get_pdb().procedure_exists('gimp-quit')")       # -> True

    with Gimp(display, "/exchange/photo.png") as gimp:
        gimp.search_action("blur")                     # the / search, as a person does
        gimp.evaluate("[i.get_name() for i in Gimp.get_images()]")   # Python beside the windows
        gimp.dialog.wait_until("widget_rect('preview')")             # Python in a plug-in's dialog

`gimp.evaluate` runs in a script process that GIMP's batch interpreter keeps open; it sees all that
is open. `gimp.dialog` runs in the main loop of our own plug-in's process, while its dialog is there
(driver/gimp/sitecustomize.py, found through PYTHONPATH: the product holds no code for tests).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..channel import Channel
from ..debian.inside import INNER_CHECKOUT, InsideError, Process, Session, Started, give_folder
from ..debian.roots import USER_ID
from ..display import Display, Rect, Window

START_TIMEOUT_S = 300.0  # the first start in a home, on a busy machine
_QUIT_TIMEOUT_S = 30.0
PLUGIN = "dynamic-style.py"
_DRIVER = INNER_CHECKOUT / "tests/hosts/driver"
_SCRIPT = f'exec(open("{_DRIVER}/gimp_script.py").read())'
_INTERPRETER = ("--batch-interpreter", "python-fu-eval", "-b")


def settings_folder(session: Session) -> Path:
    """GIMP's folder of settings and plug-ins in the session's home, as seen from outside."""
    version = re.match(r"\d+\.\d+", session.root.versions()["gimp"])
    assert version is not None
    return session.home / ".config" / "GIMP" / version[0]


def write_settings(session: Session) -> None:
    """Have GIMP neither welcome its user nor ask for updates; both open windows by themselves."""
    told = session.run("gimp-console", "--version", timeout_s=START_TIMEOUT_S).stdout
    version = re.search(r"\d+\.\d+\.\d+", told)
    assert version is not None, told
    folder = settings_folder(session)
    for made in (session.home / ".config", folder.parent, folder):
        give_folder(made)
    settings = folder / "gimprc"
    settings.write_text(
        f'(config-version "{version[0]}")\n(show-welcome-dialog no)\n(check-updates no)\n'
    )
    shutil.chown(settings, USER_ID, USER_ID)  # else GIMP opens a window when it cannot save them


class GimpConsole:
    """gimp-console: GIMP without a display. env: more environment variables."""

    def __init__(self, session: Session, *, env: Mapping[str, str] | None = None) -> None:
        self.session = session
        self._env = dict(env or {})

    def evaluate(self, code: str, *, timeout_s: float = START_TIMEOUT_S, **values: Any) -> Any:
        """Run code in a new gimp-console; return its last expression's value. The code finds Gimp,
        Gegl, Gio, GLib, GObject. HostScriptError: it raised. InsideError: GIMP failed.
        """
        folder, inner = self.session.add_folder("gimp-console-channel")
        console = self.session.start(
            *("gimp-console", "-i", "-d", *_INTERPRETER, _SCRIPT, "--quit"),
            log="gimp-console.log",
            env={
                **self._env,
                "DYNAMIC_STYLE_TEST_GIMP_SCRIPT": str(inner),
                "DYNAMIC_STYLE_TEST_GIMP_ONCE": "1",
            },
        )
        channel = Channel(
            folder,
            what=f"gimp-console (its output is in {console.log})",
            is_alive=lambda: console.exit_code is None,
        )
        try:
            value = channel.evaluate(code, timeout_s=timeout_s, **values)
            exit_code = console.wait(timeout_s)
        finally:
            console.stop()
        if exit_code:
            raise InsideError(f"gimp-console: exit code {exit_code}\n{console.output}")
        return value

    def run(
        self, *arguments: str, timeout_s: float = 60.0, check: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run gimp-console with arguments of one's own, for its exit code and its output."""
        return self.session.run(
            "gimp-console", *arguments, timeout_s=timeout_s, env=self._env, check=check
        )


class GimpDialog(Channel):
    """Our plug-in's dialog, in the process that shows it."""

    def widget(self, name: str) -> Rect:
        """Where the visible widget of this name, else with this label, is on the screen."""
        return Rect(*self.evaluate("widget_rect(wanted_name)", wanted_name=name))


class Gimp:
    """A running GIMP with its windows. files: paths as seen inside, opened at start.
    window: the image window, as large as the screen.
    """

    def __init__(self, display: Display, *files: str, env: Mapping[str, str] | None = None) -> None:
        self.display = display
        self.session = display.session
        script_folder, inner_script = self.session.add_folder("gimp-script-channel")
        dialog_folder, inner_dialog = self.session.add_folder("gimp-dialog-channel")
        self.started: Started = self.session.start(
            *("gimp", "--no-splash", *_INTERPRETER, _SCRIPT, *files),
            log="gimp.log",
            env={
                "PYTHONPATH": str(_DRIVER / "gimp"),
                "DYNAMIC_STYLE_TEST_GIMP_SCRIPT": str(inner_script),
                "DYNAMIC_STYLE_TEST_GIMP_DIALOG": str(inner_dialog),
                **(env or {}),
            },
        )
        script = Channel(script_folder, what="GIMP", is_alive=self.is_alive)
        self.evaluate = script.evaluate
        self.post = script.post
        self.wait_until = script.wait_until
        self.dialog = GimpDialog(
            dialog_folder, what="the plug-in", is_alive=lambda: bool(self.plugins())
        )
        try:
            self.evaluate("None", timeout_s=START_TIMEOUT_S)
            self.window = self._find_window(has_image=bool(files))
        except BaseException:
            self.keep_evidence("gimp-start")
            self.started.stop()
            raise

    def __enter__(self) -> Gimp:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self.keep_evidence("gimp-failure")
            self.started.stop()
            return
        code = self.started.exit_code
        if code is None:
            code = self.quit()
        if code:
            self.keep_evidence("gimp-crashed")
            raise InsideError(f"GIMP has crashed: exit code {code}")

    def is_alive(self) -> bool:
        return self.started.exit_code is None

    def plugins(self) -> list[Process]:
        """The processes in which our plug-in does what the user has chosen."""
        return [p for p in self.session.processes(PLUGIN) if "-run" in p.arguments]

    def search_action(self, text: str) -> None:
        """Run the first action that GIMP's own search (the key /) finds for this text."""
        self.display.activate(self.window)
        self.display.key("slash")
        self.display.wait_for_window("Search Actions", class_name="gimp")
        self.display.type(text)
        self.session.run("sleep", "1")  # the list follows the typing with a delay
        self.display.key("Return")

    def quit(self) -> int:
        """Quit without asking to save; return the exit code. Raises InsideError if it does not."""
        self.post(
            "quit = Gimp.get_pdb().lookup_procedure('gimp-quit')\n"
            "how = quit.create_config()\n"
            "how.set_property('force', True)\n"
            "quit.run(how)"
        )
        try:
            return self.started.wait(_QUIT_TIMEOUT_S)
        except InsideError:
            self.keep_evidence("gimp-does-not-quit")
            self.started.stop()
            raise

    def keep_evidence(self, name: str) -> None:
        """Save a screenshot and the log in the output folder, under this name."""
        shot = self.display.screenshot(name)
        shutil.copyfile(self.started.log, shot.with_suffix(".log"))

    def _find_window(self, *, has_image: bool) -> Window:
        title = "imported" if has_image else "GNU Image Manipulation Program"
        window = self.display.wait_for_window(
            title, class_name="gimp", timeout_s=START_TIMEOUT_S, by=self.started
        )
        width, height = self.display.size
        self.display.place(window, Rect(0, 0, width, height - 20))
        return window
