"""What scripted backends answer, and the kinds of fixtures that make them and their clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from dynamic_style.backend.protocol.messages import (
    Done,
    Progress,
    Reply,
    Request,
    Result,
    StylizeRun,
)
from dynamic_style.backend.protocol.process.client import Client

from .transport.routers import ScriptedBackend

MakeBackend = Callable[..., ScriptedBackend]
MakeClient = Callable[..., Client]


def stylize(request: Request) -> Iterable[Reply]:
    """What a backend does that turns every picture into its negative."""
    if isinstance(request, StylizeRun):
        yield Progress(request.job, 0.0, "loading the pack")
        yield Progress(request.job, 0.5, "painting", 0.1)
        yield negative(request)
    else:
        yield Done()


def negative(request: StylizeRun) -> Result:
    inverted = bytes(255 - value for value in bytes(request.pixels.data))
    return Result(request.job, request.pixels.with_data(inverted), {"net": 0.1})


def never(_request: Request) -> Iterable[Reply]:
    return ()


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
