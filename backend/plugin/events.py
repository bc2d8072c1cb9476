"""What the worker tells the user interface: small frozen dataclasses, in the order of happening.

Every request ends in exactly one event that carries its ticket, but for previews that a newer one
has replaced: of those nothing is heard any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..protocol.errors import DynamicStyleError
from ..protocol.messages import BrokenPack, Catalog, PackEntry, Result, Stage, Stats
from .errors.error_actions import Remedy

BackendState = Literal["idle", "starting", "connected", "lost"]
Asked = Literal[
    "packs", "preview", "run", "install", "catalog", "add", "get", "remove", "stats", "restart"
]


@dataclass(frozen=True)
class StateChanged:
    """idle: no backend is needed yet, or any more. lost: it has gone or could not be reached; the
    next request looks for one again. text: for the user, may be empty.
    """

    state: BackendState
    text: str


@dataclass(frozen=True)
class PacksListed:
    packs: tuple[PackEntry, ...]
    broken: tuple[BrokenPack, ...]
    ticket: int = 0


@dataclass(frozen=True)
class PreviewReady:
    ticket: int
    result: Result


@dataclass(frozen=True)
class RunProgress:
    """fraction: 0 to 1. eta_s: seconds left; None while nobody can tell."""

    ticket: int
    fraction: float
    stage: Stage
    eta_s: float | None


@dataclass(frozen=True)
class RunFinished:
    ticket: int
    result: Result


@dataclass(frozen=True)
class RunFailed:
    """The end of any request that failed; asked says of which kind it was. A run that was taken
    back ends with a JobCancelledError.
    """

    ticket: int
    error: DynamicStyleError
    remedy: Remedy
    asked: Asked = "run"


@dataclass(frozen=True)
class PackInstalled:
    entry: PackEntry
    ticket: int = 0


@dataclass(frozen=True)
class CatalogListed:
    catalog: Catalog
    ticket: int = 0


@dataclass(frozen=True)
class PackRemoved:
    """pack: its id."""

    pack: str
    ticket: int = 0


@dataclass(frozen=True)
class StatsReady:
    stats: Stats
    ticket: int = 0


Event = (
    StateChanged
    | PacksListed
    | PreviewReady
    | RunProgress
    | RunFinished
    | RunFailed
    | PackInstalled
    | PackRemoved
    | CatalogListed
    | StatsReady
)
