"""The frames of a clip through a net, one after the other: read ahead, written behind, noted once
they are on the disk.

What is computed and how it is written is the caller's. One frame is read while the last is computed
and the one before that is written: compressing takes as long as a small net.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar

from ..protocol.atomic_file import write_failure, write_whole
from ..protocol.errors import DynamicStyleError, ImageError, ImageWriteError
from .clip import Clip, Frame, identity_of
from .ledger import Ledger

if TYPE_CHECKING:
    from ..images.picture import Picture

WAITING = 2  # frames that are computed and not yet written: bounds the memory

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class PlannedFrame:
    """digest: of all that the frame is made of."""

    index: int
    path: Path
    digest: str


@dataclass
class FrameCounts:
    """What became of the frames. failed: with the reason."""

    written: int = 0
    kept: int = 0
    failed: list[tuple[int, DynamicStyleError]] = field(default_factory=list)


@dataclass(frozen=True)
class FrameRun(Generic[_Made]):
    """compute: a frame's picture into what write puts into the frame's file. needed: the frames to
    read for those that are to be made; lead_up: what is done with the others among them.
    keeps_going: a frame that cannot be read or computed is no reason to end. on_done: after each
    frame, with how many there are.
    """

    compute: Callable[[PlannedFrame, Picture], _Made]
    write: Callable[[PlannedFrame, _Made, BinaryIO], None]
    needed: Callable[[Collection[int]], Collection[int]] = lambda pending: pending
    lead_up: Callable[[int, Picture], None] = lambda index, picture: None
    keeps_going: bool = False
    on_done: Callable[[int], None] = lambda done: None
    on_failure: Callable[[DynamicStyleError], None] = lambda error: None

    def run(self, clip: Clip, plans: Sequence[PlannedFrame], ledger: Ledger) -> FrameCounts:
        """All frames that are not done. Raises what the first failing frame raised, after those
        before it have been written, unless the run keeps going.
        """
        counts = FrameCounts()
        pending = {plan.index: plan for plan in plans if not ledger.is_done(plan.path, plan.digest)}
        counts.kept = done = len(plans) - len(pending)
        self.on_done(done)
        behind: deque[Future[None]] = deque()

        def settle(most: int) -> None:
            while len(behind) > most:
                behind.popleft().result()
                counts.written += 1
                self.on_done(counts.kept + counts.written + len(counts.failed))

        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
            try:
                for frame, read in _read_ahead(clip.frames(self.needed(pending)), reader):
                    plan = pending.get(frame.index)
                    try:
                        picture = read()
                        if plan is None:
                            self.lead_up(frame.index, picture)
                            continue
                        made = self.compute(plan, picture)
                    except ImageError as error:
                        if not self.keeps_going:
                            raise
                        if plan is None:  # told when it was its turn
                            continue
                        counts.failed.append((frame.index, error))
                        self.on_failure(error)
                        continue
                    behind.append(writer.submit(self._write, plan, made, ledger))
                    settle(WAITING)
            finally:  # what has been computed is kept, whatever ended the run
                settle(0)
        return counts

    def _write(self, plan: PlannedFrame, made: _Made, ledger: Ledger) -> None:
        """The line comes first: a file that a kill left without one would be nobody's."""
        try:
            with write_whole(plan.path) as file:
                self.write(plan, made, file)
                file.flush()
                ledger.add(plan.path, plan.digest, identity_of(os.fstat(file.fileno())))
        except OSError as error:
            raise ImageWriteError(write_failure(str(plan.path), error)) from error


def _read_ahead(
    frames: Iterator[Frame], pool: ThreadPoolExecutor
) -> Iterator[tuple[Frame, Callable[[], Picture]]]:
    """Each frame with what gives its picture, or raises what reading it raised."""

    def following() -> tuple[Frame, Callable[[], Picture]] | None:
        frame = next(frames, None)
        if frame is None:
            return None
        try:
            picture = frame.read()
        except ImageError as error:
            return frame, _raiser(error)
        return frame, lambda: picture

    future = pool.submit(following)
    while (found := future.result()) is not None:
        future = pool.submit(following)
        yield found


def _raiser(error: ImageError) -> Callable[[], Picture]:
    def fail() -> Picture:
        raise error

    return fail
