"""The one worker thread: runs in the order they came, one at a time, each ending exactly once.

A newer preview of the same client and stream ends an older one, waiting or running. A job that was
ended while it ran is answered at once; its run stops at the next stage of the net.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..protocol.errors import BusyError, JobCancelledError, JobSupersededError, UsageError
from ..protocol.limits import Limits
from ..protocol.messages import Progress, Reply, Result, Run, Stage
from ..protocol.pixels import byte_length
from ..protocol.replies import failure_of
from .faults import failure_for, is_shortage, patiently
from .service_thread import ServiceThread
from .task_runners import Runner
from .transport.reply_queue import Answers, ReplyAddress

SILENCE_S = 1.5  # a client is told something about its job at least every 2 s
IDLE_CHECK_S = 5.0
PROGRESS_INTERVAL_S = 0.05  # between two reports: more than a person can see


@dataclass(eq=False)
class Job:
    reply_to: ReplyAddress
    request: Run
    size_bytes: int
    queued_at: float
    started_at: float | None = None
    is_ended: bool = False
    fraction: float = 0.0
    stage: Stage = "waiting"
    told_at: float = 0.0

    @property
    def client(self) -> bytes:
        return self.reply_to.address.client

    def eta_s(self) -> float | None:
        if self.started_at is None or self.fraction < 0.1:
            return None
        spent = time.monotonic() - self.started_at
        return spent / self.fraction - spent


@dataclass
class Counts:
    finished: int = 0
    failed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)  # sums by step, over `finished`


class Jobs:
    """Everything may be called from any thread; answers go to `answers`."""

    def __init__(self, runner: Runner, answers: Answers, *, limits: Limits) -> None:
        self._runner = runner
        self._answers = answers
        self._limits = limits
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._unfinished: list[Job] = []
        self._is_running = False  # the worker, whether its job has been ended or not
        self._is_closing = False
        self._counts = Counts()
        self._thread = ServiceThread(self._next, self._do, name="jobs")

    def start(self) -> None:
        self._thread.start()

    def submit(self, reply_to: ReplyAddress, request: Run, *, undelivered_bytes: int) -> None:
        """Take a job. undelivered_bytes: results that this client has not fetched yet. Raises
        BusyError, or UsageError for a name that is taken.
        """
        size = byte_length(request.pixels.data)
        size += 0 if request.mask is None else byte_length(request.mask.pixels.data)
        job = Job(reply_to, request, size, time.monotonic())
        with self._changed:
            if request.preview_stream is not None:
                self._supersede(job)
            self._check_room(job, undelivered_bytes)
            job.told_at = job.queued_at
            self._waiting.append(job)
            self._unfinished.append(job)
            self._changed.notify_all()

    def check_room(self, size_bytes: int) -> None:
        """Raise BusyError where the pictures of all clients would take too much memory together.
        size_bytes: of the new one, and of results that were not fetched yet.
        """
        most = self._limits.client_bytes + self._limits.frame_bytes
        with self._changed:
            held = size_bytes + sum(job.size_bytes for job in self._unfinished)
        if held > most:
            raise BusyError(
                f"pictures of {held} bytes for the jobs of all programs; at most {most} are kept: "
                "wait for a job, or send a smaller picture"
            )

    def cancel(self, client: bytes, name: str) -> None:
        """End a client's job, if there is such a job and it has not ended."""
        with self._changed:
            for job in list(self._unfinished):
                if job.client == client and job.request.job == name:
                    self._end(job, failure_of(JobCancelledError("taken back"), job=name))

    def cancel_peer(self, peer: bytes) -> None:
        """End all jobs of a connection that is gone."""
        with self._changed:
            for job in [job for job in self._unfinished if job.reply_to.peer == peer]:
                error = JobCancelledError("the client has gone")
                self._end(job, failure_of(error, job=job.request.job))

    def beat(self) -> None:
        """Say something about every job whose client has heard nothing for a while."""
        now = time.monotonic()
        with self._changed:
            for job in self._unfinished:
                if now - job.told_at >= SILENCE_S:
                    self._tell(job)

    def close(self, *, timeout_s: float) -> bool:
        """End all jobs and the thread. Whether it has ended within timeout_s."""
        with self._changed:
            self._is_closing = True
            for job in list(self._unfinished):
                error = JobCancelledError("the backend was told to shut down; start it again")
                self._end(job, failure_of(error, job=job.request.job))
            self._changed.notify_all()
        return self._thread.join(timeout_s)

    @property
    def unfinished(self) -> int:
        return len(self._unfinished)

    @property
    def running(self) -> int:
        return int(self._is_running)

    @property
    def queued(self) -> int:
        return len(self._waiting)

    @property
    def finished(self) -> int:
        return self._counts.finished

    @property
    def failed(self) -> int:
        return self._counts.failed

    def mean_timings(self) -> Mapping[str, float]:
        with self._changed:
            count = max(1, self._counts.finished)
            return {step: total / count for step, total in self._counts.seconds.items()}

    def _supersede(self, newer: Job) -> None:
        """End the client's older previews of the same stream."""
        for job in list(self._unfinished):
            if (job.client, job.request.preview_stream) == (
                newer.client,
                newer.request.preview_stream,
            ):
                error = JobSupersededError("a newer preview took its place")
                self._end(job, failure_of(error, job=job.request.job))

    def _check_room(self, job: Job, undelivered_bytes: int) -> None:
        if self._is_closing:
            raise BusyError("the backend is shutting down; start it again")
        own = [other for other in self._unfinished if other.client == job.client]
        if any(other.request.job == job.request.job for other in own):
            raise UsageError(f"job '{job.request.job}' is not done yet; give each job a new name")
        if len(own) >= self._limits.queue_length:
            raise BusyError(
                f"{len(own)} jobs of this client are not done yet and no more are taken; wait for "
                "one, or cancel one"
            )
        held = sum(other.size_bytes for other in own) + undelivered_bytes
        if held + job.size_bytes > self._limits.client_bytes:
            raise BusyError(
                f"pictures of {held + job.size_bytes} bytes for this client's jobs; at most "
                f"{self._limits.client_bytes} are kept: wait for a job, or send a smaller picture"
            )

    def _do(self, job: Job) -> bool:
        """Run a job and answer it, whatever happens. Whether memory ran out."""
        ran_out = False
        try:
            reply = self._run(job)
        except BaseException as error:
            ran_out = is_shortage(error)
            reply = patiently(failure_for, error, doing="a run", job=job.request.job)
        with self._changed:
            self._is_running = False
            patiently(self._end, job, reply)
        return ran_out

    def _run(self, job: Job) -> Reply:
        """Raises whatever goes wrong."""

        def report(fraction: float, stage: Stage) -> None:
            self._report(job, fraction, stage)

        result = self._runner.run(job.request, report)
        waited = (job.started_at or job.queued_at) - job.queued_at
        return replace(result, timings={"queue": waited, **result.timings})

    def _next(self) -> Job | None:
        with self._changed:
            while not self._waiting:
                if self._is_closing:
                    return None
                if not self._changed.wait(IDLE_CHECK_S):
                    self._runner.idle()
            self._waiting[0].started_at = time.monotonic()
            self._is_running = True
            return self._waiting.popleft()

    def _report(self, job: Job, fraction: float, stage: Stage) -> None:
        with self._changed:
            if job.is_ended:
                raise JobCancelledError("ended while it ran")
            job.fraction = max(job.fraction, fraction)
            job.stage = stage
            is_preview = job.request.preview_stream is not None
            if not is_preview and time.monotonic() - job.told_at >= PROGRESS_INTERVAL_S:
                self._tell(job)

    def _tell(self, job: Job) -> None:
        job.told_at = time.monotonic()
        progress = Progress(job.request.job, job.fraction, job.stage, job.eta_s())
        self._answers.put(job.reply_to, progress)

    def _end(self, job: Job, reply: Reply) -> None:
        """Answer a job for good, unless that was done before."""
        if job.is_ended:
            return
        self._answers.put(job.reply_to, reply)  # first: without memory it is tried again
        job.is_ended = True
        self._unfinished.remove(job)
        if job in self._waiting:
            self._waiting.remove(job)
        if isinstance(reply, Result):
            self._counts.finished += 1
            for step, seconds in reply.timings.items():
                self._counts.seconds[step] = self._counts.seconds.get(step, 0.0) + seconds
        else:
            self._counts.failed += 1
