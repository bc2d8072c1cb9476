"""The worker thread, with runs that do what no real run can be made to do on cue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dynamic_style.backend.protocol.codec import Address
from dynamic_style.backend.protocol.errors import (
    BackendError,
    DeviceError,
    ImageSizeError,
    JobCancelledError,
)
from dynamic_style.backend.protocol.limits import DEFAULT_LIMITS
from dynamic_style.backend.protocol.messages import Failure, Progress, Reply, Result, StylizeRun
from dynamic_style.backend.server.jobs import SILENCE_S, Jobs
from dynamic_style.backend.server.progress import Report
from dynamic_style.backend.server.transport.reply_queue import Answers, ReplyAddress

from ..servers import picture, run, ticks


class ScriptedRunner:
    """Does what the test says in place of a net."""

    def __init__(self) -> None:
        self.script: Callable[[StylizeRun, Report], None] = lambda request, report: None
        self.idle_calls = 0

    def run(self, request: StylizeRun, report: Report) -> Result:
        self.script(request, report)
        return Result(request.job, picture(), {"net": 0.5})

    def idle(self) -> None:
        self.idle_calls += 1


class UnprintableError(Exception):
    """As libraries have them: its text cannot be made."""

    def __str__(self) -> str:
        raise ValueError("no text")


class Desk:
    """Jobs, and all the answers that they gave so far."""

    def __init__(self) -> None:
        self.runner = ScriptedRunner()
        self.answers = Answers()
        self.jobs = Jobs(self.runner, self.answers, limits=DEFAULT_LIMITS)  # type: ignore[arg-type]
        self.jobs.start()
        self.replies: list[Reply] = []

    def submit(self, name: str, *, stream: str | None = None, peer: bytes = b"peer") -> None:
        reply_to = ReplyAddress(peer, Address(peer.ljust(16), b"s" * 16, 1))
        self.jobs.submit(reply_to, run(name, stream=stream), undelivered_bytes=0)

    def finals(self, count: int) -> dict[str, str]:
        """Job name -> failure code or "result", once that many have ended."""
        for _ in ticks(10):
            self.replies += [reply for _, reply in iter(self.answers.take, None)]
            ended = [r for r in self.replies if isinstance(r, Result | Failure)]
            if len(ended) >= count:
                assert len(ended) == count
                return {str(r.job): getattr(r, "code", "result") for r in ended}
        raise AssertionError(f"{len(ended)} of {count} jobs have ended")


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    assert desk.jobs.close(timeout_s=10)
    desk.answers.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ImageSizeError("too large"), ImageSizeError.code),
        (MemoryError(), DeviceError.code),
        (ZeroDivisionError("a fault"), BackendError.code),
        (UnprintableError(), BackendError.code),
        (SystemExit(1), BackendError.code),
    ],
)
def test_every_error_becomes_one_failure_and_the_worker_lives(
    desk: Desk, error: BaseException, code: str
) -> None:
    def fail(request: StylizeRun, report: Report) -> None:
        if request.job == "bad":
            raise error

    desk.runner.script = fail
    desk.submit("bad")
    desk.submit("good")
    assert desk.finals(2) == {"bad": code, "good": "result"}
    assert (desk.jobs.finished, desk.jobs.failed) == (1, 1)
    assert desk.jobs.mean_timings()["net"] == 0.5


def test_a_cancelled_run_is_answered_at_once_and_stops_at_its_next_report(desk: Desk) -> None:
    started, go_on, stopped = threading.Event(), threading.Event(), threading.Event()

    def slow(request: StylizeRun, report: Report) -> None:
        started.set()
        go_on.wait(10)
        try:
            report(0.5, "painting")
        except JobCancelledError:
            stopped.set()
            raise

    desk.runner.script = slow
    desk.submit("slow")
    assert started.wait(10)
    desk.jobs.cancel(b"peer".ljust(16), "slow")
    assert desk.finals(1) == {"slow": JobCancelledError.code}
    assert (desk.jobs.unfinished, desk.jobs.running) == (0, 1)
    go_on.set()
    assert stopped.wait(10)
    assert desk.finals(1) == {"slow": JobCancelledError.code}


def test_only_the_owner_can_cancel(desk: Desk) -> None:
    go_on = threading.Event()
    desk.runner.script = lambda request, report: report(0.5, "painting") if go_on.wait(10) else None
    desk.submit("same name", peer=b"one")
    desk.submit("same name", peer=b"two")
    desk.jobs.cancel(b"three".ljust(16), "same name")
    desk.jobs.cancel_peer(b"two")
    assert desk.jobs.unfinished == 1
    go_on.set()
    desk.finals(2)
    assert (desk.jobs.finished, desk.jobs.failed) == (1, 1)


def test_progress_never_falls_and_silence_is_broken(desk: Desk) -> None:
    go_on = threading.Event()

    def report_oddly(request: StylizeRun, report: Report) -> None:
        for fraction in (0.5, 0.2, 0.7):
            threading.Event().wait(0.1)
            report(fraction, "painting")
        go_on.wait(10)

    desk.runner.script = report_oddly
    desk.submit("one")
    desk.submit("waiting")
    threading.Event().wait(SILENCE_S + 0.5)
    desk.jobs.beat()
    go_on.set()
    desk.finals(2)
    progress = [reply for reply in desk.replies if isinstance(reply, Progress)]
    fractions = [p.fraction for p in progress if p.job == "one"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 0.7
    assert next(p for p in progress if p.job == "waiting").stage == "waiting"
    assert any(p.eta_s is not None and p.eta_s > 0 for p in progress)


def test_a_fault_while_nothing_is_to_do_does_not_end_the_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynamic_style.backend.server.jobs.IDLE_CHECK_S", 0.01)
    has_failed = threading.Event()

    def idle() -> None:
        has_failed.set()
        raise ZeroDivisionError

    monkeypatch.setattr(desk.runner, "idle", idle)
    desk.submit("wakes it")
    desk.finals(1)
    assert has_failed.wait(10)
    desk.replies.clear()
    desk.submit("later")
    assert desk.finals(1) == {"later": "result"}


def test_after_a_shortage_of_memory_the_next_run_has_a_new_thread(desk: Desk) -> None:
    threads = []

    def note(request: StylizeRun, report: Report) -> None:
        threads.append(threading.current_thread())
        if request.job == "short":
            raise DeviceError("memory ran out")

    desk.runner.script = note
    for name in ("first", "short", "next", "last"):
        desk.submit(name)
    desk.finals(4)
    first, short, next_, last = threads
    assert first is short
    assert next_ is last
    assert next_ is not short


def test_an_answer_waits_until_there_is_memory_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a few bytes for a while: the job is answered later, and once."""
    put, refused = desk.answers.put, 3

    def short_of_memory(reply_to: ReplyAddress, reply: Reply) -> None:
        nonlocal refused
        if refused:
            refused -= 1
            raise MemoryError
        put(reply_to, reply)

    monkeypatch.setattr(desk.answers, "put", short_of_memory)
    desk.submit("patient")
    assert desk.finals(1) == {"patient": "result"}
    assert refused == 0
