"""All that computes, put together: the engine, the packs in memory, the cache, the worker."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..compute.choose_engine import choose_engine
from ..compute.engine_wish import EngineWish
from ..protocol.limits import DEFAULT_LIMITS, Limits
from ..protocol.replies import EngineChoice
from .jobs import Jobs
from .pack_cache import LoadedPacks
from .preview_cache import ActivationCache
from .task_runners import TaskRunners
from .transport.reply_queue import Answers

CACHE_SHARE = 0.125  # of the memory at hand: it is taken for as long as the backend runs
MOST_CACHE_BYTES = 2 << 30


@dataclass(frozen=True)
class ComputeSettings:
    """wish: what nets run on. cache_bytes: None for a share of the memory. pack_idle_s: after which
    an unused net is unloaded.
    """

    wish: EngineWish = field(default_factory=EngineWish)
    cache_bytes: int | None = None
    pack_idle_s: float = 600.0
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True)
class ComputeStack:
    """device, engine: as the welcome says them."""

    jobs: Jobs
    packs: LoadedPacks
    cache: ActivationCache
    device: str
    engine: EngineChoice


def make_compute_stack(settings: ComputeSettings, answers: Answers) -> ComputeStack:
    """All at rest; jobs.start() sets it going. Raises DeviceError or UsageError."""
    engine = choose_engine(settings.wish)
    budget = settings.cache_bytes
    if budget is None:
        budget = min(MOST_CACHE_BYTES, int(engine.memory_at_hand() * CACHE_SHARE))
    cache = ActivationCache(budget_bytes=budget)
    packs = LoadedPacks(engine=engine, on_unload=cache.drop_pack, idle_s=settings.pack_idle_s)
    jobs = Jobs(TaskRunners(packs, cache), answers, limits=settings.limits)
    wish = settings.wish
    choice = EngineChoice(engine.name, engine.device, wish.precision, wish.threads)
    return ComputeStack(jobs, packs, cache, engine.title, choice)
