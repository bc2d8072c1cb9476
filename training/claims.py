"""The tables that packs of all tasks are measured by, and what their numbers promise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from dynamic_style.backend.packs import Comparison, Measurement

UNITS = tuple(i / 10 for i in range(11))  # the alphas of a dial's table


@dataclass(frozen=True)
class Measured:
    """tables: over alpha, of each dial. comparisons: the pack beside other ways to do its task."""

    tables: tuple[Measurement, ...]
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Claim:
    """What a pack promises of its tables, and whether the numbers keep it."""

    text: str
    holds: bool


def rises(values: Sequence[float]) -> bool:
    """Whether each value is above the one before it."""
    return all(a < b for a, b in itertools.pairwise(values))


def falls(values: Sequence[float]) -> bool:
    return rises(values[::-1])


def format_table(table: Measurement) -> str:
    """The table as aligned text, with the photos it is over."""
    lines = [f"{table.dial}: {table.n} photos ({table.dataset})"]
    widths = [max(12, len(column) + 2) for column in table.columns]
    lines.append("".join(f"{c:>{w}}" for c, w in zip(table.columns, widths, strict=True)))
    lines += [
        "".join(f"{value:>{w}.5g}" for value, w in zip(row, widths, strict=True))
        for row in table.rows
    ]
    return "\n".join(lines)


def format_comparison(comparison: Comparison) -> str:
    """The comparison as aligned text, with the photos it is over."""
    wide = max(len(row.method) for row in comparison.rows) + 2
    lines = [f"{comparison.n} photos ({comparison.dataset})", " " * wide]
    lines[1] += "".join(f"{column:>12}" for column in comparison.columns)
    lines += [
        row.method.ljust(wide) + "".join(f"{value:>12.4g}" for value in row.values)
        for row in comparison.rows
    ]
    return "\n".join(lines)
