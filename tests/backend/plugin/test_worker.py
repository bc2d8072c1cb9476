"""The worker with the real backend process: started on first use, killed, cancelled, hurried."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TypeVar

import pytest

from dynamic_style.backend.plugin.events import (
    Event,
    PackInstalled,
    PackRemoved,
    PacksListed,
    PreviewReady,
    RunFailed,
    RunFinished,
    RunProgress,
    StateChanged,
    StatsReady,
)
from dynamic_style.backend.plugin.worker import Worker
from dynamic_style.backend.protocol.errors import (
    BackendError,
    CatalogError,
    ConnectionLostError,
    JobCancelledError,
    PackNotFoundError,
)
from dynamic_style.backend.protocol.process.connection_file import read_connection
from dynamic_style.backend.protocol.process.launch import running_backend

from ..servers import SLOW_PX, picture, run, ticks
from .conftest import kill_backend

_E = TypeVar("_E", bound=Event)


class Heard:
    """All events of a worker so far, and waits for those to come."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.events: list[Event] = []

    def wait(self, kind: type[_E], *, count: int = 1, timeout_s: float = 90) -> _E:
        """The count-th event of a kind."""
        for _ in ticks(timeout_s):
            self.events += self.worker.drain()
            if len(self.of(kind)) >= count:
                return self.of(kind)[count - 1]
        raise AssertionError(f"no {kind.__name__} in {self.events}")

    def of(self, kind: type[_E]) -> list[_E]:
        return [event for event in self.events if isinstance(event, kind)]

    def states(self) -> list[str]:
        return [event.state for event in self.of(StateChanged)]


@pytest.fixture
def heard(worker: Worker) -> Heard:
    return Heard(worker)


def test_nothing_is_started_before_it_is_needed(heard: Heard) -> None:
    assert heard.worker.drain() == []
    assert read_connection() is None
    assert threading.active_count() == 1 or not any(
        thread.name == "dynamic-style-worker" for thread in threading.enumerate()
    )


def test_the_first_request_starts_the_backend_and_a_run_ends_in_its_result(heard: Heard) -> None:
    before = time.monotonic()
    first, second = heard.worker.list_packs(), heard.worker.run(run("one", alpha=0.3))
    assert time.monotonic() - before < 0.2, "a call has waited"
    packs = heard.wait(PacksListed)
    assert packs.ticket == first
    assert "tiny" in [pack.id for pack in packs.packs]
    finished = heard.wait(RunFinished)
    assert finished.ticket == second
    assert finished.result.pixels.has_format_of(picture())
    assert heard.states() == ["starting", "connected"]
    assert heard.worker.welcome is not None
    assert all(p.ticket == second for p in heard.of(RunProgress))
    heard.worker.stats()
    assert heard.wait(StatsReady).stats.finished == 1


def test_a_backend_killed_during_a_run_is_told_and_the_second_try_works(heard: Heard) -> None:
    heard.worker.run(run("slow", working_px=SLOW_PX))
    heard.wait(RunProgress)
    killed = kill_backend()
    failed = heard.wait(RunFailed)
    assert isinstance(failed.error, ConnectionLostError)
    assert failed.remedy.kind == "restart" and failed.remedy.text
    assert heard.states()[-1] == "lost"
    again = heard.worker.run(run("again"))
    assert heard.wait(RunFinished).ticket == again
    assert heard.states()[-2:] == ["starting", "connected"]
    connection = read_connection()
    assert connection is not None and connection.pid != killed


def test_a_backend_killed_while_nobody_asks_is_replaced_unnoticed(heard: Heard) -> None:
    heard.worker.run(run("one"))
    heard.wait(RunFinished)
    kill_backend()
    heard.worker.run(run("two"))
    heard.wait(RunFinished, count=2)
    assert heard.of(RunFailed) == []


def test_a_run_right_after_the_backend_was_told_to_end_goes_to_the_next(heard: Heard) -> None:
    heard.worker.list_packs()
    heard.wait(PacksListed)
    for count in (1, 2):
        connection = read_connection()
        assert connection is not None
        os.kill(connection.pid, signal.SIGTERM)
        time.sleep(0.03 * (count - 1))  # before, or while it hears
        heard.worker.run(run(f"run-{count}"))
        heard.wait(RunFinished, count=count)
    assert not heard.of(RunFailed)
    assert heard.states()[-1] == "connected"


def test_cancel_is_felt_at_once_and_the_next_run_works(heard: Heard) -> None:
    heard.worker.run(run("warm"))
    heard.wait(RunFinished)
    slow = heard.worker.run(run("slow", working_px=SLOW_PX))
    waiting = heard.worker.run(run("waiting"))
    heard.wait(RunProgress)
    assert heard.worker.is_busy
    started = time.monotonic()
    heard.worker.cancel()
    heard.wait(RunFailed, count=2)
    assert time.monotonic() - started < 0.2
    assert not heard.worker.is_busy
    failed = heard.of(RunFailed)
    assert {event.ticket for event in failed} == {slow, waiting}
    assert all(isinstance(event.error, JobCancelledError) for event in failed)
    assert all(event.remedy.kind == "none" for event in failed)
    last = heard.worker.run(run("last"))
    assert heard.wait(RunFinished, count=2).ticket == last
    assert len(heard.of(RunFailed)) == 2


def test_cancel_while_the_backend_starts_is_felt_at_once(heard: Heard) -> None:
    heard.worker.run(run("early"))
    heard.wait(StateChanged)
    assert heard.states() == ["starting"]
    heard.worker.cancel()
    assert isinstance(heard.wait(RunFailed, timeout_s=1).error, JobCancelledError)
    heard.worker.run(run("late"))
    heard.wait(RunFinished)
    assert len(heard.of(RunFailed)) == 1


def test_of_many_previews_the_newest_is_shown(heard: Heard) -> None:
    heard.worker.list_packs()
    heard.wait(PacksListed)
    tickets = [
        heard.worker.preview(run(f"preview-{n}", alpha=n / 40, stream="doc")) for n in range(40)
    ]
    for _ in ticks(60):
        heard.events += heard.worker.drain()
        if heard.of(PreviewReady) and heard.of(PreviewReady)[-1].ticket == tickets[-1]:
            break
    else:
        raise AssertionError("the newest preview was not shown")
    shown = [event.ticket for event in heard.of(PreviewReady)]
    assert len(shown) < 10, "old previews were computed"
    assert shown == sorted(shown)
    assert heard.of(RunFailed) == []


def test_a_moving_dial_shows_something_even_where_previews_are_slow(heard: Heard) -> None:
    heard.worker.list_packs()
    heard.wait(PacksListed)
    end = time.monotonic() + 40
    count = 0
    while time.monotonic() < end and len(heard.of(PreviewReady)) < 2:
        count += 1
        request = run(f"p{count}", alpha=(count % 50) / 50, stream="doc", working_px=SLOW_PX)
        heard.worker.preview(request)
        time.sleep(0.05)
        heard.events += heard.worker.drain()
    assert len(heard.of(PreviewReady)) == 2
    heard.worker.forget_preview()


def test_a_run_goes_before_previews(heard: Heard) -> None:
    heard.worker.list_packs()
    heard.wait(PacksListed)
    heard.worker.preview(run("preview", stream="doc", working_px=SLOW_PX))
    heard.worker.run(run("run"))
    heard.wait(RunFinished)
    assert heard.of(PreviewReady) == []


def test_packs_are_installed_and_a_wrong_path_is_told(
    heard: Heard, tiny_addon_path: Path, tmp_path: Path
) -> None:
    heard.worker.install_pack(str(tiny_addon_path))
    assert heard.wait(PackInstalled).entry.id == "tiny-addon"
    heard.worker.install_pack(str(tmp_path / "none.dynpack"))
    failed = heard.wait(RunFailed)
    assert failed.asked == "install"
    assert isinstance(failed.error, PackNotFoundError)


def test_packs_are_removed_and_catalogs_asked_for(heard: Heard, tiny_addon_path: Path) -> None:
    heard.worker.install_pack(str(tiny_addon_path))
    heard.wait(PackInstalled)
    heard.worker.remove_pack("tiny-addon")
    assert heard.wait(PackRemoved).pack == "tiny-addon"
    heard.worker.catalog()
    failed = heard.wait(RunFailed)
    assert (failed.asked, type(failed.error)) == ("catalog", CatalogError)
    heard.worker.get_pack("tiny")
    assert heard.wait(RunFailed, count=2).asked == "get"


def test_a_failed_run_offers_a_way_out(heard: Heard) -> None:
    ticket = heard.worker.run(run("one", pack="unheard-of"))
    failed = heard.wait(RunFailed)
    assert (failed.ticket, failed.remedy.kind) == (ticket, "install_pack")
    assert "unheard-of" in str(failed.error)
    assert heard.states()[-1] == "connected"


def test_restart_replaces_the_process(heard: Heard) -> None:
    heard.worker.list_packs()
    heard.wait(PacksListed)
    before = read_connection()
    heard.worker.restart()
    heard.worker.list_packs()
    heard.wait(PacksListed, count=2)
    assert read_connection() != before
    assert heard.states() == ["starting", "connected", "starting", "starting", "connected"]


def test_a_backend_that_is_not_installed_is_told_with_what_to_do(installed: Path) -> None:
    worker = Worker(host="test", version="1")
    heard = Heard(worker)
    worker.run(run("one"))
    failed = heard.wait(RunFailed)
    assert isinstance(failed.error, BackendError)
    assert "installer" in str(failed.error)
    assert failed.remedy.kind == "set_up"
    assert heard.states() == ["starting", "lost"]
    worker.close(timeout_s=20)


def test_the_lease_is_renewed_while_idle_and_let_go_after(installed: Path) -> None:
    worker = Worker(host="test", version="1", interpreter=Path(sys.executable), idle_s=0.5)
    heard = Heard(worker)
    worker.list_packs()
    heard.wait(PacksListed)
    link = worker._link
    assert link.welcome is not None
    # the real lease is a minute long; a shorter one in the welcome makes the worker hurry
    object.__setattr__(link.welcome, "lease_s", 0.6)
    worker.list_packs()
    heard.wait(PacksListed, count=2)
    for _ in ticks(20):
        heard.events += worker.drain()
        if heard.states()[-1] == "idle":
            break
    assert heard.states() == ["starting", "connected", "idle"]
    other = running_backend(host="other", version="1")
    assert other is not None
    with other:
        assert other.stats().clients == 1
    worker.list_packs()
    heard.wait(PacksListed, count=3)
    assert heard.states()[-1] == "connected"
    worker.close(timeout_s=20)
    kill_backend()


def test_wake_is_called_and_close_ends_the_thread(installed: Path) -> None:
    woken = threading.Event()
    worker = Worker(host="test", version="1", interpreter=Path(sys.executable), wake=woken.set)
    worker.run(run("one"))
    assert woken.wait(60)
    before = time.monotonic()
    worker.close()
    assert time.monotonic() - before < 0.2
    worker.close(timeout_s=60)
    assert not any(thread.name == "dynamic-style-worker" for thread in threading.enumerate())
    assert worker.run(run("late")) > 0  # no error, and nothing happens
    kill_backend()


def test_faults_while_it_waits_do_not_end_the_thread(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wake and a renewal of the lease that raise what nobody foresaw."""

    def wake() -> None:
        raise RuntimeError("wrapped C++ object has been deleted")

    worker = Worker(host="test", version="1", interpreter=Path(sys.executable), wake=wake)
    heard = Heard(worker)
    worker.list_packs()
    heard.wait(PacksListed)
    link = worker._link
    has_failed = threading.Event()

    def renew() -> None:
        has_failed.set()
        raise ZeroDivisionError

    monkeypatch.setattr(link, "renew", renew)
    assert link.welcome is not None
    object.__setattr__(link.welcome, "lease_s", 0.3)  # so that it is due at once
    worker.list_packs()
    assert has_failed.wait(20)
    worker.run(run("after"))
    heard.wait(RunFinished)
    worker.close(timeout_s=20)
    kill_backend()
