"""A screen with a window manager, a mouse and a keyboard, inside a session.

    display = Display(session, output=folder)
    display.click(120, 40)                      # screen coordinates, in pixels
    display.drag((100, 300), (180, 300))        # press, move in steps, let go
    display.key("ctrl+z"); display.type("0.6")
    display.screenshot("docker")                # -> folder/docker.png, kept as CI output

All of it goes through the X server, as a person's hands do. Positions of widgets come from the host
(`Krita.widget`, `Krita.menu`, `GimpDialog.widget`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .debian.inside import InsideError, Session, Started, wait_for

SIZE = (1600, 1000)
_START_S = 120.0
_SETTLE_S = "0.05"  # for what a click opened, moved or gave the focus to
_DRAG_STEPS = 12


@dataclass(frozen=True)
class Rect:
    """A place on the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.at(0.5, 0.5)

    def at(self, across: float, down: float) -> tuple[int, int]:
        """The point at these fractions of the width and the height."""
        return round(self.x + self.width * across), round(self.y + self.height * down)


@dataclass(frozen=True)
class Window:
    """A top-level window. number: as xdotool wants it."""

    number: str
    title: str


class Display:
    """Xvfb and openbox in a session; every command of the session from now on gets its DISPLAY.
    output: where screenshots go, made if missing. Raises InsideError, with the output of the one
    that has ended, when they cannot start.
    """

    def __init__(self, session: Session, *, output: Path, size: tuple[int, int] = SIZE) -> None:
        self.session = session
        self.output = output
        self.size = size
        session.set_environment(DISPLAY=f":{self._start_server()}")
        wait_for(
            "openbox manages the windows",
            self._is_managed,
            timeout_s=_START_S,
            by=session.start("openbox", log="openbox.log"),
        )

    def click(self, x: int, y: int, *, button: int = 1, count: int = 1) -> None:
        """Move there and click; count 2 is a double click."""
        self._xdotool(
            *("mousemove", str(x), str(y), "sleep", _SETTLE_S),
            *("click", "--repeat", str(count), "--delay", "60", str(button), "sleep", _SETTLE_S),
        )

    def move(self, x: int, y: int) -> None:
        self._xdotool("mousemove", str(x), str(y), "sleep", _SETTLE_S)

    def nudge(self) -> None:
        """Move a pixel aside and back."""
        self._xdotool("mousemove_relative", "1", "0", "mousemove_relative", "--", "-1", "0")

    def press(self, x: int, y: int, *, button: int = 1) -> None:
        """Move there and press; `release` lets go."""
        self._xdotool("mousemove", str(x), str(y), "sleep", _SETTLE_S, "mousedown", str(button))

    def release(self, *, button: int = 1) -> None:
        self._xdotool("mouseup", str(button), "sleep", _SETTLE_S)

    def drag(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        *,
        steps: int = _DRAG_STEPS,
        step_s: float = 0.03,
        release: bool = True,
    ) -> None:
        """Press at start, move to end in steps, and let go there unless told to hold."""
        moves = []
        for step in range(1, steps + 1):
            x = round(start[0] + (end[0] - start[0]) * step / steps)
            y = round(start[1] + (end[1] - start[1]) * step / steps)
            moves += ["mousemove", str(x), str(y), "sleep", str(step_s)]
        self._xdotool(
            *("mousemove", str(start[0]), str(start[1]), "sleep", _SETTLE_S, "mousedown", "1"),
            *moves,
            *(("mouseup", "1", "sleep", _SETTLE_S) if release else ()),
        )

    def key(self, *keys: str) -> None:
        """Press keys one after the other, in xdotool's words: "ctrl+z", "Down", "Return"."""
        self._xdotool("key", "--delay", "20", *keys, "sleep", _SETTLE_S)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "40", "--", text)

    def windows(self, class_name: str = "") -> list[Window]:
        """The visible windows whose class holds this text ("krita", "gimp"), in any case."""
        told = self.session.run(
            "xdotool", "search", "--onlyvisible", "--class", class_name, check=False
        )
        found = []
        for number in told.stdout.split():
            named = self.session.run("xdotool", "getwindowname", number, check=False)
            if named.returncode == 0:  # otherwise it has just closed
                found.append(Window(number, named.stdout.strip()))
        return found

    def wait_for_window(
        self,
        title: str,
        *,
        class_name: str = "",
        timeout_s: float = 30,
        by: Started | None = None,
    ) -> Window:
        """Wait for a visible window with this text in its title; return it. by: who opens it; when
        that has ended, so has the waiting.
        """

        def matching() -> list[Window]:
            return [window for window in self.windows(class_name) if title in window.title]

        try:
            what = f"a window with {title!r} in its title"
            return wait_for(what, matching, timeout_s=timeout_s, every_s=0.25, by=by)[0]
        except InsideError as error:
            seen = [window.title for window in self.windows()]
            shot = self.screenshot(f"no-window-{title}")
            raise InsideError(f"{error}; there are {seen}; see {shot}") from error

    def place(self, window: Window, rect: Rect) -> None:
        """Move and resize a window, and give it the focus."""
        self._xdotool(
            *("windowmove", window.number, str(rect.x), str(rect.y)),
            *("windowsize", window.number, str(rect.width), str(rect.height)),
            *("windowactivate", "--sync", window.number, "sleep", "0.3"),
        )

    def activate(self, window: Window) -> None:
        self._xdotool("windowactivate", "--sync", window.number)

    def screenshot(self, name: str, *, of: Rect | None = None) -> Path:
        """Save what is on the screen, or a part of it, as PNG in the output folder."""
        screen = self.look(of=of)
        self.output.mkdir(parents=True, exist_ok=True)
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
        kept = self.output / f"{safe}.png"
        screen.save(kept, compress_level=1)  # packing it well would take longer than all the rest
        return kept

    def look(self, *, of: Rect | None = None) -> Image.Image:
        """What is on the screen, or a part of it; without the mouse's pointer.

        Xvfb's own memory is a file in the format XWD (X11/XWDFile.h): a header of numbers with the
        most significant byte first, colours of no use here, and the pixels, row by row.
        """
        data = (self.session.exchange / "Xvfb_screen0").read_bytes()
        numbers = struct.unpack_from(">25I", data)
        start = numbers[0] + 12 * numbers[19]
        size, row_bytes = (numbers[4], numbers[5]), numbers[12]
        screen = Image.frombuffer("RGB", size, data[start:], "raw", "BGRX", row_bytes, 1)
        if of is None:
            return screen
        return screen.crop((of.x, of.y, of.x + of.width, of.y + of.height))

    def _start_server(self) -> str:
        """Start Xvfb; return the display's number once it takes connections (-displayfd).

        -noreset: without it a server starts anew, and refuses whoever comes meanwhile, each time
        that the last program lets go of it - a short one that asks for something, as we do.
        """
        told = self.session.exchange / "xvfb-display"
        told.unlink(missing_ok=True)
        server = self.session.start(
            *("sh", "-c", 'exec "$@" 3>/exchange/xvfb-display', "sh"),
            *("Xvfb", "-displayfd", "3", "-screen", "0", f"{self.size[0]}x{self.size[1]}x24"),
            *("-dpi", "96", "-nolisten", "tcp", "-noreset", "-nocursor", "-fbdir", "/exchange"),
            log="xvfb.log",
        )
        return wait_for(
            "the X server takes connections",
            lambda: told.read_text().strip() if told.exists() else "",
            timeout_s=_START_S,
            by=server,
        )

    def _is_managed(self) -> bool:
        told = self.session.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK", check=False)
        return "window id" in told.stdout

    def _xdotool(self, *arguments: str) -> None:
        self.session.run("xdotool", *arguments)
