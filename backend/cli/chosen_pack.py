"""The pack that a command was told to use, with its dials. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..packs import Manifest, find_pack, read_manifest
from ..protocol.dial_spec import DialSetting, check_map
from .arguments.dials import DialNumbers, range_notes, read_dials
from .arguments.tasks import check_task
from .console import Console
from .options import PackOptions


@dataclass(frozen=True)
class ChosenPack:
    """numbers: every dial's, by its id."""

    path: Path
    manifest: Manifest
    numbers: DialNumbers

    def dials(
        self, turned: Mapping[str, Sequence[float]] | None = None, *, use_map: bool = False
    ) -> dict[str, DialSetting]:
        """All dials as they were set, but for those that are turned."""
        numbers = {**self.numbers, **(turned or {})}
        return {dial: DialSetting(tuple(given), use_map) for dial, given in numbers.items()}

    def check_map(self) -> None:
        """Raises AlphaError where a map is to multiply a dial that cannot follow one."""
        for dial in self.manifest.dials:
            check_map(dial, self.numbers[dial.id])

    def members(self, sha256: str) -> dict[str, str]:
        """What a JSON document says about the pack."""
        return {"id": self.manifest.id, "version": self.manifest.version, "sha256": sha256}

    def tell_ranges(self, console: Console, turned: DialNumbers | None = None) -> None:
        """Tell about numbers beyond what the dials were trained on, or beyond what is safe."""
        notes, warnings = range_notes({**self.numbers, **(turned or {})}, self.manifest)
        for text in notes:
            console.note(f"note: {text}")
        for text in warnings:
            console.warning(text)


def choose_pack(options: PackOptions, *, task: str, or_task: str = "") -> ChosenPack:
    """Raises UsageError for a pack that is for another task, AlphaError or a PackError."""
    path = find_pack(options.pack)
    manifest = read_manifest(path)
    check_task(manifest, task, or_task)
    return ChosenPack(path, manifest, read_dials(options.alphas, manifest))
