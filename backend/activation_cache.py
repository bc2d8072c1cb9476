"""Activations of pictures whose dials are being turned, kept within a bound of memory.

One Replay per pack, picture and working size; the least recently used ones go first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from .nets.replay import Replay


@dataclass(frozen=True)
class CacheKey:
    """pack: its sha256. picture: a digest of the pixels with their description. working: (height,
    width) that the net sees.
    """

    pack: str
    picture: bytes
    working: tuple[int, int]


class ActivationCache:
    """For one thread; the counters may be read from any."""

    def __init__(self, *, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.hits = 0
        self.misses = 0
        self.bytes = 0
        self._replays: OrderedDict[CacheKey, Replay] = OrderedDict()

    def __len__(self) -> int:
        return len(self._replays)

    def get(self, key: CacheKey, make: Callable[[], Replay]) -> Replay:
        """The replay of that key, made if there is none. Call settle() after it was run."""
        replay = self._replays.get(key)
        if replay is None:
            self.misses += 1
            replay = self._replays[key] = make()
        else:
            self.hits += 1
        self._replays.move_to_end(key)
        return replay

    def settle(self) -> None:
        """Take stock after a run, and drop the least recently used until the bound is kept."""
        self.bytes = sum(replay.bytes for replay in self._replays.values())
        while self.bytes > self.budget_bytes:
            _, dropped = self._replays.popitem(last=False)
            self.bytes -= dropped.bytes

    def drop_pack(self, pack: str) -> None:
        """Forget all pictures of a pack, which frees its net as well."""
        for key in [key for key in self._replays if key.pack == pack]:
            del self._replays[key]
        self.settle()

    def clear(self) -> None:
        self._replays.clear()
        self.bytes = 0
