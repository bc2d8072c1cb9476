"""The packs whose nets are in memory: loaded at first use, unloaded when idle or replaced."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..compute.engine import Engine, ReadyPack, make_ready
from ..compute.glibc_malloc import return_freed_memory
from ..packs import find_installed, read_stamp
from ..packs.weights import read_weights
from ..protocol.errors import PackNotFoundError


@dataclass
class LoadedPack:
    """stage_seconds: how long each stage of the net took the last time, empty before the first."""

    pack: ReadyPack
    stamp: tuple[int, ...]
    used_at: float
    stage_seconds: list[float] = field(default_factory=list)


class LoadedPacks:
    """For one thread; ids() may be called from any. on_unload(sha256) is told what is dropped."""

    def __init__(
        self,
        *,
        engine: Engine,
        on_unload: Callable[[str], None],
        idle_s: float = 600.0,
        most: int = 4,
    ) -> None:
        self._engine = engine
        self._on_unload = on_unload
        self._idle_s = idle_s
        self._most = most
        self._loaded: dict[str, LoadedPack] = {}

    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(self._loaded.copy()))

    def get(self, pack_id: str) -> LoadedPack:
        """An installed pack by its id, never by a path. Raises a PackError."""
        try:
            path = find_installed(pack_id)
            stamp = read_stamp(path)
        except PackNotFoundError:
            self._unload(pack_id)
            raise
        known = self._loaded.get(pack_id)
        if known is None or known.stamp != stamp:
            self._unload(pack_id)
            known = self._load(pack_id, path, stamp)
        known.used_at = time.monotonic()
        return known

    def unload_idle(self) -> None:
        """Drop the packs that nobody has used for a while, and hand their memory back."""
        oldest = time.monotonic() - self._idle_s
        idle = [i for i, loaded in self._loaded.items() if loaded.used_at < oldest]
        for pack_id in idle:
            self._unload(pack_id)
        if idle:
            return_freed_memory()

    def _load(self, pack_id: str, path: Path, stamp: tuple[int, ...]) -> LoadedPack:
        while len(self._loaded) >= self._most:
            self._unload(min(self._loaded, key=lambda i: self._loaded[i].used_at))
        pack = make_ready(self._engine, read_weights(path))
        self._loaded[pack_id] = LoadedPack(pack, stamp, time.monotonic())
        return self._loaded[pack_id]

    def _unload(self, pack_id: str) -> None:
        loaded = self._loaded.pop(pack_id, None)
        if loaded is not None:
            self._on_unload(loaded.pack.sha256)
