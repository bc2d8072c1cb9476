"""Stands for the worker: answers what it is asked as a backend would that inverts colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from dynamic_style_krita.plugin.errors.error_actions import remedy_for
from dynamic_style_krita.plugin.events import (
    Asked,
    Event,
    PackInstalled,
    PacksListed,
    PreviewReady,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
)
from dynamic_style_krita.protocol.errors import (
    ConnectionLostError,
    DynamicStyleError,
    JobCancelledError,
)
from dynamic_style_krita.protocol.messages import DialSpec, PackEntry, Result, Run
from dynamic_style_krita.protocol.pixels import Pixels


def pack(pack_id: str, *, task: str = "style_transfer", default: float = 0.5) -> PackEntry:
    dial = DialSpec(
        id="strength",
        title="Strength",
        label_low="gentle",
        label_high="strong",
        taps=("res3", "up1"),
        dual=False,
        trained_range=(0.0, 1.0),
        safe_range=(-0.25, 1.5),
        default=default,
    )
    return PackEntry(
        id=pack_id,
        version="1.0.0",
        title=pack_id.title(),
        summary="",
        authors=(),
        licence="CC0-1.0",
        task=task,
        sha256="ab" * 32,
        base=None,
        is_removable=True,
        width=16,
        working_size_px=768,
        dials=(dial,),
        thumbnail=None,
    )


class ScriptedWorker:
    """packs: what is installed. error: what each request ends with from now on; None: it is
    answered. is_slow: answer nothing until answer() is called.
    """

    def __init__(self, *, host: str = "", version: str = "") -> None:
        self.packs = [pack("night"), pack("wave"), pack("faces", task="completion")]
        self.error: DynamicStyleError | None = None
        self.is_slow = False
        self.welcome = None
        self.previews: list[Any] = []  # requests, in order
        self.runs: list[Any] = []
        self.asked: list[str] = []
        self._open: list[tuple[int, Asked, Any]] = []
        self._events: list[Event] = []
        self._ticket = 0
        self.is_closed = False

    def list_packs(self) -> int:
        return self._ask("packs", None)

    def preview(self, request: Run, *, gives_way: bool = False) -> int:
        assert request.preview_stream
        self.previews.append(request)
        begun = [one for one in self._open if one[1] == "preview"][:1]  # is finished all the same
        self._open = [one for one in self._open if one[1] != "preview" or one in begun]
        return self._ask("preview", request)

    def run(self, request: Run) -> int:
        assert request.preview_stream is None
        self.runs.append(request)
        return self._ask("run", request)

    def install_pack(self, path: str, *, replace: bool = False) -> int:
        return self._ask("install", path)

    def restart(self) -> int:
        self.error = None
        self._events.append(StateChanged("connected", ""))
        return self._ask("restart", None)

    def cancel(self) -> None:
        for ticket, asked, _ in self._open:
            if asked == "run":
                self._fail(ticket, asked, JobCancelledError("cancelled; nothing was changed"))
        self._open = [one for one in self._open if one[1] not in ("run", "preview")]

    def forget_preview(self) -> None:
        self._open = [one for one in self._open if one[1] != "preview"]

    def drain(self) -> list[Event]:
        if not self.is_slow:
            self.answer()
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        self.is_closed = True

    def die(self) -> None:
        """The backend ends, and with it everything that it was asked."""
        self.error = ConnectionLostError("tcp://127.0.0.1:1: gone")
        self.is_slow = False

    def answer(self) -> None:
        """Answer all that is open."""
        waiting, self._open = self._open, []
        for ticket, asked, what in waiting:
            if asked == "restart":
                continue
            if self.error is not None:
                self._fail(ticket, asked, self.error)
            elif asked == "packs":
                self._events.append(PacksListed(tuple(self.packs), (), ticket))
            elif asked == "preview":
                self._events.append(PreviewReady(ticket, result_of(what)))
            elif asked == "install":
                self.packs.append(pack("new"))
                self._events.append(PackInstalled(self.packs[-1], ticket))
            else:
                self._events.append(RunProgress(ticket, 0.5, "painting", 3.0))
                self._events.append(RunFinished(ticket, result_of(what)))

    def _ask(self, asked: Asked, what: Any) -> int:
        self._ticket += 1
        self.asked.append(asked)
        self._open.append((self._ticket, asked, what))
        return self._ticket

    def _fail(self, ticket: int, asked: Asked, error: DynamicStyleError) -> None:
        self._events.append(RunFailed(ticket, error, remedy_for(error), asked))


def result_of(request: Any) -> Result:
    return Result(request.job, inverted(request), {})


def inverted(request: Any) -> Pixels:
    """The colours inverted; of a fill that is cut out, the hole alone."""
    pixels: Pixels = request.pixels
    samples = np.frombuffer(bytes(pixels.data), np.uint8).reshape(-1, 4).copy()
    samples[:, :3] = 255 - samples[:, :3]
    if getattr(request, "is_cutout", False):
        samples[np.frombuffer(bytes(request.mask.pixels.data), np.uint8) == 0] = 0
    return pixels.with_data(samples.tobytes())
