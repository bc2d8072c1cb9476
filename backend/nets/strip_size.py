"""How high the strips are in which a picture is run that does not fit into memory. No torch: the
strips are those of strips.py here, and of OpenVINO in compute/openvino/style_transfer_strips.py.
"""

from __future__ import annotations

STRIP_PIXELS = 1 << 17
FEWEST_ROWS = 32  # with fewer, most of the work would be for the rows around a strip


def rows_per_strip(width: int, *, pixels: int = STRIP_PIXELS) -> int:
    """At every resolution: a map with a quarter of the width has about four times the channels.
    pixels: about so many in one strip of a picture of that width.
    """
    return max(FEWEST_ROWS, pixels // width)
