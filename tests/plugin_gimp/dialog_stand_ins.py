"""Stand for what a session talks to: the window, which notes what it shows, and the worker,
whose answers are given by the test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .gimp_stand_in import LOOP


class View:
    """A DialogView. notice: (text, kind of remedy), None while hidden."""

    def __init__(self) -> None:
        self.needed_long_side_px = 300
        self.packs: list[str] = []
        self.chosen = self.in_place_of_packs = self.status = self.progress = ""
        self.dials: list[Any] = []
        self.options: Any = None
        self.selection = ""
        self.part: tuple[int, int] | None = None
        self.before: Any = None
        self.after: Any = None
        self.fraction: float | None = None
        self.notice: tuple[str, str] | None = None
        self.is_working = self.is_busy = self.can_run = self.has_ended = False

    def say_in_place_of_packs(self, text: str) -> None:
        self.in_place_of_packs = text

    def show_packs(self, packs: Any, _broken: Any, *, chosen: str) -> None:
        self.packs, self.chosen = [pack.id for pack in packs], chosen

    def show_dials(self, dials: Any) -> None:
        self.dials = list(dials)

    def show_options(self, options: Any, selection: str, *, packs_own_px: int) -> Any:
        grow_px = min(options.grow_px, 256)  # as far as the spin button goes
        self.options, self.selection = replace(options, grow_px=grow_px), selection
        return self.options, self.selection

    def show_part(self, size: tuple[int, int], before: Any) -> None:
        self.part, self.before, self.after = size, before, None

    def show_before(self, pixels: Any) -> None:
        self.before = pixels

    def show_after(self, pixels: Any) -> None:
        self.after = pixels

    def show_status(self, text: str, *, is_working: bool) -> None:
        self.status, self.is_working = text, is_working

    def show_progress(self, fraction: float | None, text: str) -> None:
        self.fraction, self.progress = fraction, text

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        self.is_busy, self.can_run = is_busy, has_pack and not is_busy

    def show_error(self, text: str, remedy: Any) -> None:
        self.notice = (text, remedy.kind)

    def show_hint(self, text: str) -> None:
        self.notice = (text, "hint")

    def hide_notice(self) -> None:
        self.notice = None

    def end(self) -> None:
        self.has_ended = True


class NotingWorker:
    """asked: what it was asked for, in words. tell(): an event, heard on the main thread."""

    def __init__(self, *, host: str, version: str, wake: Any) -> None:
        self.asked: list[str] = []
        self.previews: dict[int, Any] = {}
        self.runs: dict[int, Any] = {}
        self.welcome = None
        self.is_closed = False
        self._wake = wake
        self._events: list[Any] = []
        self._ticket = 0

    def list_packs(self) -> None:
        self.asked.append("packs")

    def preview(self, request: Any, *, gives_way: bool = False) -> int:
        self._ticket += 1
        self.previews[self._ticket] = request
        return self._ticket

    def run(self, request: Any) -> int:
        self._ticket += 1
        self.runs[self._ticket] = request
        return self._ticket

    def forget_preview(self) -> None:
        self.asked.append("no preview")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def restart(self) -> None:
        self.asked.append("restart")

    def close(self, timeout_s: float) -> None:
        self.is_closed = True

    def drain(self) -> list[Any]:
        events, self._events = self._events, []
        return events

    def tell(self, *events: Any) -> None:
        self._events += events
        self._wake()
        LOOP.turn()
