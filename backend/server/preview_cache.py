"""What pictures whose dials are being turned have cost so far, kept within a bound of memory.

One IncrementalRun or Completion per pack, picture and setting that no dial moves; the least
recently used ones go first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast


class HoldsBytes(Protocol):
    """What can be kept. bytes: the memory that it holds now, which may grow as it is used."""

    @property
    def bytes(self) -> int: ...


_Kept = TypeVar("_Kept", bound=HoldsBytes)


@dataclass(frozen=True)
class CacheKey:
    """pack: its sha256. picture: a digest of the pixels with their description, and of what else
    goes in. working: (height, width) that the net sees. Equal keys are for things of one type.
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
        self._kept: OrderedDict[CacheKey, HoldsBytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: CacheKey, make: Callable[[], _Kept]) -> _Kept:
        """What is kept under that key, made if there is nothing. Call settle() after its use."""
        kept = self._kept.get(key)
        if kept is None:
            self.misses += 1
            kept = self._kept[key] = make()
        else:
            self.hits += 1
        self._kept.move_to_end(key)
        return cast(_Kept, kept)

    def settle(self) -> None:
        """Take stock after a run, and drop the least recently used until the bound is kept."""
        self.bytes = sum(kept.bytes for kept in self._kept.values())
        while self.bytes > self.budget_bytes:
            _, dropped = self._kept.popitem(last=False)
            self.bytes -= dropped.bytes

    def drop_pack(self, pack: str) -> None:
        """Forget all pictures of a pack, which frees its net as well."""
        for key in [key for key in self._kept if key.pack == pack]:
            del self._kept[key]
        self.settle()

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0
