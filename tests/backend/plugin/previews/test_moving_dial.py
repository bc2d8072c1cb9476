"""Which previews are told while a dial moves. The backend is a stand-in: a dial has to be moved
while a preview is being computed, and no real one can be had at that moment.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dynamic_style.backend.plugin import worker as worker_module
from dynamic_style.backend.plugin.events import PreviewReady
from dynamic_style.backend.plugin.worker import Worker
from dynamic_style.backend.protocol.messages import Result

from ...servers import run, ticks


@dataclass
class Backend:
    """Computes a preview as soon as `finish` is set, or until nobody wants it."""

    begun: queue.Queue[str] = field(default_factory=queue.Queue)
    broken_off: list[str] = field(default_factory=list)
    finish: threading.Event = field(default_factory=threading.Event)

    def preview(self, request: Any, *, is_stale: Callable[[], bool]) -> Result | None:
        self.begun.put(request.job)
        for _ in ticks(20):
            if is_stale():
                self.broken_off.append(request.job)
                return None
            if self.finish.is_set():
                self.finish.clear()
                return Result(request.job, request.pixels, {})
        raise AssertionError("nobody has finished the preview")


class Link:
    """What worker.BackendLink offers, with that backend at its other end."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.welcome = None
        self.is_installed = True

    def client(self) -> Backend:
        return self._backend

    def renew_after_s(self) -> None:
        return None

    def heard(self) -> None:
        pass

    def lose(self, error: Exception) -> None:
        raise AssertionError(error)

    def let_go(self) -> None:
        pass


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Backend:
    backend = Backend()
    monkeypatch.setattr(worker_module, "BackendLink", lambda *_, **__: Link(backend))
    return backend


@pytest.fixture
def dial(backend: Backend) -> Worker:
    return Worker(host="test", version="1")


def shown(worker: Worker) -> list[int]:
    return [event.ticket for event in worker.drain() if isinstance(event, PreviewReady)]


def test_every_preview_that_has_begun_is_told_and_then_the_newest(
    dial: Worker, backend: Backend
) -> None:
    told, tickets = [], [dial.preview(run("0", stream="doc"))]
    for step in range(1, 5):
        assert backend.begun.get(timeout=20) == str((step - 1) * 3)
        for number in range(step * 3 - 2, step * 3 + 1):
            tickets.append(dial.preview(run(str(number), stream="doc")))
        backend.finish.set()
        for _ in ticks(20):
            if new := shown(dial):
                told += new
                break
    assert told == [tickets[0], tickets[3], tickets[6], tickets[9]]
    assert backend.broken_off == []
    dial.close()


def test_one_that_refines_gives_way_to_the_next_move(dial: Worker, backend: Backend) -> None:
    dial.preview(run("fine", stream="doc"), gives_way=True)
    assert backend.begun.get(timeout=20) == "fine"
    quick = dial.preview(run("quick", stream="doc"))
    assert backend.begun.get(timeout=20) == "quick"
    assert backend.broken_off == ["fine"]
    backend.finish.set()
    for _ in ticks(20):
        if new := shown(dial):
            assert new == [quick]
            break
    dial.close()


def test_one_of_another_picture_gives_way(dial: Worker, backend: Backend) -> None:
    dial.preview(run("old", stream="one"))
    assert backend.begun.get(timeout=20) == "old"
    dial.preview(run("new", stream="other"))
    assert backend.begun.get(timeout=20) == "new"
    assert backend.broken_off == ["old"]
    dial.close()
