"""How high the strips are in which a picture is run that does not fit (strips.py). No torch."""

from __future__ import annotations

STRIP_PIXELS = 1 << 17
FEWEST_ROWS = 32  # with fewer, most of the work would be for the rows around a strip


def rows_per_strip(width: int) -> int:
    """At every resolution: a map with a quarter of the width has about four times the channels."""
    return max(FEWEST_ROWS, STRIP_PIXELS // width)
