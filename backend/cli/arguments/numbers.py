"""Numbers of the command line, each with its range, refused in the same words."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable

MOST_THREADS = max(64, os.cpu_count() or 1)  # thousands more than there are cores end a process
MOST_SEED = 2**63 - 1  # PyTorch's generators take 64 bits


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """An argparse type: a whole number from low to high."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {low} to {high}")
        return number

    return read


def finite_number(low: float, high: float) -> Callable[[str], float]:
    """An argparse type: a number from low to high."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:  # NaN is no number either
            raise argparse.ArgumentTypeError(f"{text!r}: give a number from {low:g} to {high:g}")
        return number

    return read


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads",
        type=whole_number(1, MOST_THREADS),
        metavar="N",
        help=f"CPU threads to compute on, up to {MOST_THREADS}; one for each core otherwise",
    )


def add_quality_argument(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument(
        "--quality",
        type=whole_number(1, 100),
        default=default,
        metavar="1-100",
        help="of JPEG and WebP (default %(default)s)",
    )
