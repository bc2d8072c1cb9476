"""--shard: one of several equal runs, on as many computers as there are, does its share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

MOST_SHARDS = 100_000

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Shard:
    """number: from 1 to count."""

    number: int = 1
    count: int = 1

    def pick(self, items: Sequence[_Item]) -> list[_Item]:
        """Every count-th, so that all shares take about as long. Together all shards pick each
        item once, whatever the machine.
        """
        return list(items[self.number - 1 :: self.count])

    def span(self, length: int, *, unit: int) -> range:
        """Positions that follow each other, in whole units: all but the last have as many."""
        units = -(-length // unit)
        ends = (units * number // self.count * unit for number in (self.number - 1, self.number))
        return range(*(min(length, end) for end in ends))

    @property
    def numbers(self) -> tuple[int, int] | None:
        """None for the whole."""
        return (self.number, self.count) if self.count > 1 else None


WHOLE = Shard()


def add_shard_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shard",
        type=_read,
        default=WHOLE,
        metavar="I/N",
        help="do the I-th of N shares of the pictures; N such runs, each with its own I, do all",
    )


def _read(text: str) -> Shard:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count <= MOST_SHARDS:
        raise argparse.ArgumentTypeError(
            f"{text!r}: give I/N, such as 3/8 for the third of eight shares"
        )
    return Shard(number, count)
