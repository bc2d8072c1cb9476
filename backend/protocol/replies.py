"""What the backend answers: one frozen dataclass for each reply, named by a noun.

Progress may come any number of times before a Result or Failure; every other reply is the only one
to its request. `type` is the name on the wire. See PROTOCOL.md, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .dial_spec import DialSpec
from .errors import DynamicStyleError, MalformedError
from .limits import DEFAULT_LIMITS, Limits
from .pixels import Buffer, Pixels

MediaType = Literal["image/png", "image/jpeg", "image/webp"]
# What a job is at; plugin/texts/stage_texts.py has the words that a user reads.
Stage = Literal["waiting", "loading the pack", "searching patches", "blending in", "painting"]


@dataclass(frozen=True)
class EngineChoice:
    """What computes, for programs. name: "openvino" or "torch". device: "cpu", "cuda" or "mps".
    precision: as it was asked for, "auto" where the engine has chosen. threads: of the CPU, None
    for all.
    """

    name: str
    device: str
    precision: str
    threads: int | None


@dataclass(frozen=True)
class Welcome:
    """device: what computes, for people, such as "cpu, openvino in float32". limits: of requests.
    requests: the types that this backend answers. lease_s: the lease that hello has taken.
    """

    type: ClassVar[str] = "welcome"
    backend_version: str
    device: str
    limits: Limits
    requests: tuple[str, ...]
    lease_s: float
    engine: EngineChoice


@dataclass(frozen=True)
class Picture:
    """A small picture file, such as a thumbnail."""

    media_type: MediaType
    data: Buffer = field(repr=False)


@dataclass(frozen=True)
class PackEntry:
    """An installed pack. sha256: of its pack.json, so of all it holds. base: the id of the pack
    whose main net an add-on pack uses. is_removable: installed by the user, not shipped. width: the
    channels of its net; the fewer, the faster.
    """

    id: str
    version: str
    title: str
    summary: str
    authors: tuple[str, ...]
    licence: str
    task: str
    sha256: str
    base: str | None
    is_removable: bool
    width: int
    working_size_px: int
    dials: tuple[DialSpec, ...]
    thumbnail: Picture | None

    @property
    def can_follow_map(self) -> bool:
        """Whether a map can turn all dials, as panels have it: one of weights knows no places."""
        return all(dial.kind != "weights" for dial in self.dials)


@dataclass(frozen=True)
class BrokenPack:
    """A pack that is installed but cannot be used. code and message: as a Failure has them."""

    id: str
    code: str
    message: str


@dataclass(frozen=True)
class Packs:
    type: ClassVar[str] = "packs"
    packs: tuple[PackEntry, ...]
    broken: tuple[BrokenPack, ...] = ()


@dataclass(frozen=True)
class CatalogEntry:
    """A pack that can be had. bytes: to fetch. catalog: the title of the one that has it.
    installed: the version that is installed, "" of a broken pack, None where there is none.
    is_newer: than what is installed. is_removable: what is installed is the user's.
    """

    id: str
    version: str
    title: str
    summary: str
    licence: str
    task: str
    bytes: int
    catalog: str
    installed: str | None
    is_newer: bool
    is_removable: bool


@dataclass(frozen=True)
class CatalogProblem:
    """Why a catalog cannot be used. code and message: as a Failure has them."""

    code: str
    message: str


@dataclass(frozen=True)
class Catalog:
    type: ClassVar[str] = "catalog"
    packs: tuple[CatalogEntry, ...]
    problems: tuple[CatalogProblem, ...] = ()


@dataclass(frozen=True)
class Progress:
    """fraction: done so far, 0 to 1, never falling. eta_s: None where nobody can tell yet."""

    type: ClassVar[str] = "progress"
    job: str
    fraction: float
    stage: Stage
    eta_s: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.fraction <= 1:
            raise MalformedError(f"progress: fraction is {self.fraction}; it must be from 0 to 1")


@dataclass(frozen=True)
class Result:
    """pixels: described exactly as the run's. timings: seconds by step, such as "queue", "net"."""

    type: ClassVar[str] = "result"
    job: str
    pixels: Pixels
    timings: Mapping[str, float]


@dataclass(frozen=True)
class Failure:
    """The end of a request that failed. job: of a run; None for other requests. code: from the tree
    in errors.py. message: what, which, why and what to do next, for the user to read.
    """

    type: ClassVar[str] = "failure"
    job: str | None
    code: str
    message: str


@dataclass(frozen=True)
class PackInstalled:
    type: ClassVar[str] = "pack_installed"
    pack: PackEntry


@dataclass(frozen=True)
class Stats:
    """memory_bytes: the process's resident memory. running: jobs computed now; queued: waiting.
    cache_hits and cache_misses: dial moves that could, or could not, reuse kept activations.
    timings: mean seconds by step, as in Result.
    """

    type: ClassVar[str] = "stats"
    uptime_s: float
    clients: int
    running: int
    queued: int
    finished: int
    failed: int
    cache_hits: int
    cache_misses: int
    cache_bytes: int
    memory_bytes: int
    loaded_packs: tuple[str, ...]
    timings: Mapping[str, float]


@dataclass(frozen=True)
class Done:
    type: ClassVar[str] = "done"


def failure_of(error: DynamicStyleError, *, job: str | None = None) -> Failure:
    """The reply that ends a request with this error, its message cut to what a header may hold."""
    text = str(error).encode("utf-8", errors="backslashreplace")
    if len(text) > DEFAULT_LIMITS.text_bytes:
        text = text[: DEFAULT_LIMITS.text_bytes - 3] + "…".encode()
    return Failure(job, error.code, text.decode("utf-8", errors="ignore"))
