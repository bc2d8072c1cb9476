"""Signals that stop a run: Ctrl-C, and what programs and systems send to end one.

All of them raise KeyboardInterrupt, which leaves a run resumable, and can be put off to where a
checkpoint can be written.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# SIGBREAK is what one program can send another on Windows
STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


@dataclass
class Held:
    """Whether a signal came meanwhile."""

    is_pending: bool = False


@contextmanager
def interruptible() -> Iterator[None]:
    """Let each of the signals raise KeyboardInterrupt in the block."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # Python lets no other set them
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def hold_interrupts() -> Iterator[Held]:
    """Put KeyboardInterrupt off to the end of the block. A second signal raises it at once."""
    held = Held()

    def hold(number: int, frame: FrameType | None) -> None:
        if held.is_pending:
            raise KeyboardInterrupt
        held.is_pending = True

    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    # what a program has not asked for ends it, as always
    before = {number: signal.getsignal(number) for number in STOPPING}
    ours = [number for number, handler in before.items() if callable(handler)]
    for number in ours:
        signal.signal(number, hold)
    try:
        yield held
    finally:
        for number in ours:
            signal.signal(number, before[number])
    if held.is_pending:
        raise KeyboardInterrupt
