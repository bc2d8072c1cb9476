"""Times a slider's move until a place on the screen looks different. Runs inside a root.

    measure_drag.py SLIDER_X SLIDER_Y WIDTH PICTURE_X PICTURE_Y MOVES [EVERY_MS]

Holds the slider's handle, moves it MOVES times within WIDTH pixels of its place, and after each
waits for the picture to change and then to rest. Prints the milliseconds as a JSON array.

With EVERY_MS it moves on without waiting, as a hand does, from the handle's place over WIDTH and
back. Prints when the picture has changed, in milliseconds from the first move, and after how many
the last move was; it looks on for some seconds after that.

The mouse is moved by XTest and the screen read by XGetImage, so that nothing of the program that is
measured takes part, and a move costs no process.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time

PATCH_PX = 24  # side of the square that is watched
POLL_S = 0.001
DRAG_POLL_S = 0.01  # while pictures are made for seconds, on the same cores
REST_S = 0.25  # nothing has changed for so long: the next move may come
DEADLINE_S = 30.0
LOOK_ON_S = 4.0
_Z_PIXMAP, _ALL_PLANES = 2, 0xFFFFFFFF


class Screen:
    """The default X display."""

    def __init__(self) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XGetImage.restype = ctypes.POINTER(_Image)
        display = self._x.XOpenDisplay(None)
        if not display:
            raise SystemExit("no X display")
        self._display = ctypes.c_void_p(display)
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def move(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def button(self, *, is_down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, int(is_down), ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def patch(self, x: int, y: int) -> bytes:
        """The pixels of a square around this place."""
        half = PATCH_PX // 2
        image = self._x.XGetImage(
            self._display,
            self._root,
            *(x - half, y - half, PATCH_PX, PATCH_PX),
            *(ctypes.c_ulong(_ALL_PLANES), _Z_PIXMAP),
        )
        content = image.contents
        data = ctypes.string_at(content.data, content.bytes_per_line * content.height)
        self._x.XDestroyImage(image)
        return data


class _Image(ctypes.Structure):
    """The head of Xlib's XImage."""

    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
    )


def main(arguments: list[str]) -> None:
    x, y, width, picture_x, picture_y, moves, *every_ms = map(int, arguments)
    screen = Screen()
    screen.move(x, y)
    time.sleep(0.3)
    screen.button(is_down=True)
    screen.move(x + 2, y)
    _wait_for_rest(screen, picture_x, picture_y)
    told: object
    try:
        if every_ms:
            told = _drag(screen, (x, y, width), (picture_x, picture_y), moves, every_ms[0] / 1000)
        else:
            told = _step(screen, (x, y, width), (picture_x, picture_y), moves)
    finally:
        screen.button(is_down=False)
    sys.stdout.write(json.dumps(told))


def _step(
    screen: Screen, slider: tuple[int, int, int], picture: tuple[int, int], moves: int
) -> list[float]:
    x, y, width = slider
    times_ms = []
    for index in range(moves):
        seen = screen.patch(*picture)
        start = time.perf_counter()
        screen.move(x + (width if index % 2 == 0 else width // 3) + index % 5, y)
        while screen.patch(*picture) == seen:
            if time.perf_counter() - start > DEADLINE_S:
                raise SystemExit(f"move {index}: the picture has not changed")
            time.sleep(POLL_S)
        times_ms.append(round((time.perf_counter() - start) * 1000, 1))
        _wait_for_rest(screen, *picture)
    return times_ms


def _drag(
    screen: Screen,
    slider: tuple[int, int, int],
    picture: tuple[int, int],
    moves: int,
    every_s: float,
) -> list[object]:
    x, y, width = slider
    seen, changes_ms = screen.patch(*picture), []
    start = time.perf_counter()
    moved = 0
    end_s = moves * every_s
    while (now_s := time.perf_counter() - start) < end_s + LOOK_ON_S:
        if moved < min(moves, now_s / every_s):
            share = moved / moves * 2
            screen.move(x + round(width * (share if share <= 1 else 2 - share)), y)
            moved += 1
            if moved == moves:
                screen.button(is_down=False)
        new = screen.patch(*picture)
        if new != seen:
            seen = new
            changes_ms.append(round(now_s * 1000, 1))
        time.sleep(DRAG_POLL_S)
    return [changes_ms, round(end_s * 1000, 1)]


def _wait_for_rest(screen: Screen, x: int, y: int) -> None:
    seen, since = screen.patch(x, y), time.perf_counter()
    while time.perf_counter() - since < REST_S:
        time.sleep(0.01)
        now = screen.patch(x, y)
        if now != seen:
            seen, since = now, time.perf_counter()


main(sys.argv[1:])
