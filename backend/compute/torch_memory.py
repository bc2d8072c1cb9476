"""What a style net takes of memory when torch runs it."""

from __future__ import annotations

from ..nets.strip_size import rows_per_strip

# Peaks of torch 2.13 on a CPU that keeps freed memory (glibc_malloc.py), less the resident net, per
# pixel and unit of width: measured at widths 4 to 32 with two dials, a tenth added. In strips: of
# the whole picture, and of one strip.
BYTES_PER_PIXEL_AND_WIDTH = 41
BYTES_IN_STRIPS = 5
BYTES_OF_STRIP = 88
BYTES_OF_ANY_RUN = 48 << 20


def bytes_to_run(net_width: int, size: tuple[int, int]) -> int:
    """At its peak, for a picture of `size` (height, width)."""
    height, width = size
    return height * width * net_width * BYTES_PER_PIXEL_AND_WIDTH + BYTES_OF_ANY_RUN


def bytes_in_strips(net_width: int, size: tuple[int, int]) -> int:
    """The same in strips."""
    height, width = size
    strip = min(height, rows_per_strip(width)) * width
    per_width = height * width * BYTES_IN_STRIPS + strip * BYTES_OF_STRIP
    return per_width * net_width + BYTES_OF_ANY_RUN
