"""All that computes, put together: the device, the packs in memory, the cache, the worker."""

from __future__ import annotations

from dataclasses import dataclass

from ..compute.device import device_title, memory_at_hand, prepare_device
from ..protocol.limits import DEFAULT_LIMITS, Limits
from .jobs import Jobs
from .pack_cache import LoadedPacks
from .preview_cache import ActivationCache
from .task_runners import TaskRunners
from .transport.reply_queue import Answers

CACHE_SHARE = 0.125  # of the memory at hand: it is taken for as long as the backend runs
MOST_CACHE_BYTES = 2 << 30


@dataclass(frozen=True)
class EngineSettings:
    """device: as choose_device takes it. threads: of the CPU, None for all. cache_bytes: None for a
    share of the memory. pack_idle_s: after which an unused net is unloaded.
    """

    device: str = "auto"
    threads: int | None = None
    cache_bytes: int | None = None
    pack_idle_s: float = 600.0
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True)
class Engine:
    """device: as the welcome says it."""

    jobs: Jobs
    packs: LoadedPacks
    cache: ActivationCache
    device: str


def make_engine(settings: EngineSettings, answers: Answers) -> Engine:
    """An engine at rest; jobs.start() sets it going. Raises DeviceError or UsageError."""
    device = prepare_device(settings.device, threads=settings.threads)
    budget = settings.cache_bytes
    if budget is None:
        budget = min(MOST_CACHE_BYTES, int(memory_at_hand(device) * CACHE_SHARE))
    cache = ActivationCache(budget_bytes=budget)
    packs = LoadedPacks(device=device, on_unload=cache.drop_pack, idle_s=settings.pack_idle_s)
    jobs = Jobs(TaskRunners(packs, cache), answers, limits=settings.limits)
    return Engine(jobs, packs, cache, device_title(device))
