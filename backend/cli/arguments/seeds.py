"""Seeds of the command line, and the files that their pictures go to. No torch."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...images.formats import FORMATS, format_named
from ...protocol.errors import UsageError
from .files import STANDARD, FilePair, format_of_file, is_folder
from .numbers import MOST_SEED

MOST_SEEDS = 100_000
MOST_SHEET_PIXELS = 40_000_000  # of several pictures in one file: it is made in memory


@dataclass(frozen=True)
class SeedFile(FilePair):
    """A file that holds the pictures of these seeds, in rows when there are several."""

    seeds: tuple[int, ...] = ()

    @property
    def source_name(self) -> str:
        return seeds_text(self.seeds)

    def members(self) -> dict[str, object]:
        return {"seeds": list(self.seeds), "output": self.target_name}

    @property
    def columns(self) -> int:
        """As many as make the whole about square."""
        return math.ceil(math.sqrt(len(self.seeds)))


def list_seeds(first: int, count: int) -> tuple[int, ...]:
    """Raises UsageError where they go beyond the largest one."""
    if first + count - 1 > MOST_SEED:
        raise UsageError(f"seeds go up to {MOST_SEED}; start with a smaller one")
    return tuple(range(first, first + count))


def read_seeds(text: str) -> tuple[int, ...]:
    """'7' or '7-12', both ends included. Raises UsageError."""
    first, dash, last = text.partition("-")
    numbers = [first, last] if dash else [first]
    if not all(number.isascii() and number.isdecimal() for number in numbers):
        raise UsageError(f"{text!r} is no seed; give a whole number such as 7, or several as 7-12")
    low, high = int(first), int(last or first)
    if high > MOST_SEED or not 0 <= high - low < MOST_SEEDS:
        raise UsageError(
            f"{text!r}: seeds rise, up to {MOST_SEED}, and are at most {MOST_SEEDS} at a time"
        )
    return list_seeds(low, high - low + 1)


def seeds_text(seeds: Sequence[int]) -> str:
    """For people; the seeds follow each other."""
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def files_of_seeds(
    seeds: tuple[int, ...], output: str, *, stem: str, format_name: str | None, side_px: int
) -> list[SeedFile]:
    """Into the folder OUT each picture goes by itself, as <stem>-<seed>; into the file OUT all of
    them, each side_px large. Several go into a folder where OUT has no suffix. Raises UsageError.
    """
    chosen = format_named(format_name) if format_name else None
    if output == STANDARD:
        return [_sheet(SeedFile(None, None, chosen or FORMATS[0], seeds=seeds), side_px)]
    into_folder = output.endswith(("/", os.sep)) or is_folder(output)
    into_folder |= len(seeds) > 1 and not Path(output).suffix
    if not into_folder:
        path = Path(output)
        return [_sheet(SeedFile(None, path, format_of_file(path, chosen), seeds=seeds), side_px)]
    format_, folder = chosen or FORMATS[0], Path(output)
    if os.path.lexists(folder) and not is_folder(output):
        raise UsageError(f"{output!r} is a file; name a folder, or a file with a suffix")
    return [
        SeedFile(None, folder / f"{stem}-{seed}{format_.suffixes[0]}", format_, True, seeds=(seed,))
        for seed in seeds
    ]


def _sheet(file: SeedFile, side_px: int) -> SeedFile:
    """The file, if its pictures are not too many for one."""
    rows = -(-len(file.seeds) // file.columns)
    if rows * file.columns * side_px**2 > MOST_SHEET_PIXELS:
        raise UsageError(
            f"{len(file.seeds)} pictures of {side_px} x {side_px} pixels are too many for one "
            "file; name a folder for them, or make fewer or smaller ones"
        )
    return file
