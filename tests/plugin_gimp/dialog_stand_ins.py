"""Stand for what a session talks to: the window, which notes what it shows, and the worker,
whose answers are given by the test; and a session with both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import LOOP, Image
from .samples import pack_entry


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

    def show_options(self, options: Any, selection: str, pack: Any) -> Any:
        if not pack.can_follow_map:
            selection = "soft" if options.follows_selection else selection
            options = replace(options, follows_selection=False)
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


class Dialog:
    """A session with its stand-ins. layers: at the image's top first."""

    def __init__(
        self, plugin: Plugin, *, start: Any = None, task: str = "STYLIZE_LAYERS", layers: int = 1
    ) -> None:
        self.plugin = plugin
        self.image = Image(600, 400)
        for index in range(layers):
            self.image.add(f"layer {index}", np.full((400, 600, 4), 90))
        self.view = View()
        self.sources = plugin.reading.sources_of(self.image, self.image.layers)
        work = getattr(plugin.layer_task, task)
        if work.task.fills_selection:
            self.image.select(100, 100, 50, 40)
        self.session = plugin.session.DialogSession(self.view, self.sources, start, work=work)
        self.worker: NotingWorker = self.session._worker
        self.session.open()

    def tell(self, name: str, *members: Any, **named: Any) -> None:
        self.worker.tell(getattr(self.plugin.events, name)(*members, **named))

    def list(self, *ids: str, task: str = "style_transfer") -> None:
        packs = [pack_entry(self.plugin, id_=id_, task=task) for id_ in ids]
        self.tell("PacksListed", tuple(packs), ())

    def answer(self, ticket: int) -> None:
        """The preview or run of that ticket has come."""
        request = self.worker.previews.get(ticket) or self.worker.runs[ticket]
        name = "PreviewReady" if ticket in self.worker.previews else "RunFinished"
        self.tell(name, ticket, self.plugin.messages.Result(request.job, request.pixels, {}))

    def fail(self, error: Any, *, asked: str, ticket: int = 0) -> None:
        remedy = self.plugin.error_actions.remedy_for(error)
        self.tell("RunFailed", ticket, error, remedy, asked)

    @property
    def newest(self) -> Any:
        return self.worker.previews[max(self.worker.previews)]


@contextmanager
def opening(
    plugin: Plugin, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Dialog]]:
    """What opens a Dialog. Each is closed in the end, and has not touched its image. folder: for
    what is kept.
    """
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(folder))
    (folder / plugin.launch.record_path().name).write_text("{}")
    monkeypatch.setattr(plugin.main_thread_worker, "Worker", NotingWorker)
    dialogs: list[Dialog] = []

    def open_(**arguments: Any) -> Dialog:
        dialogs.append(Dialog(plugin, **arguments))
        return dialogs[-1]

    yield open_
    for dialog in dialogs:
        dialog.session.close()
        assert dialog.worker.is_closed
        assert dialog.image.changes == dialog.image.groups == 0  # whatever happened
