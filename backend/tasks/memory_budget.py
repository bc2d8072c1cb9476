"""Memory for large pictures: what a run will need, decided before it starts.

A picture that does not fit as a whole is run in strips (nets/strips.py), with the same result in a
little more time; one that does not fit even so is refused with the --scale that would.
"""

from __future__ import annotations

from torch import nn

from ..images.limits import BYTES_PER_PIXEL_OF_PICTURE, SHARE_TO_USE, readable_size
from ..nets.dynamic_net import DynamicNet
from ..nets.strips import can_run_in_strips, rows_per_strip
from ..protocol.errors import ImageSizeError
from .working_size import fit_long_side

# Peaks of torch 2.13 on a CPU that keeps freed memory (glibc_malloc.py), less the resident net, per
# pixel and unit of width: measured at widths 4 to 32 with two dials, a tenth added. In strips: of
# the whole picture, and of one strip.
BYTES_PER_PIXEL_AND_WIDTH = 41
BYTES_IN_STRIPS = 5
BYTES_OF_STRIP = 88
BYTES_OF_ANY_RUN = 48 << 20


def bytes_to_run(net: DynamicNet, size: tuple[int, int]) -> int:
    """What the net takes at its peak for a picture of `size` (height, width)."""
    height, width = size
    return height * width * _width_of(net) * BYTES_PER_PIXEL_AND_WIDTH + BYTES_OF_ANY_RUN


def bytes_in_strips(net: DynamicNet, size: tuple[int, int]) -> int:
    """What the net takes at its peak when it runs on a picture of `size` in strips."""
    height, width = size
    strip = min(height, rows_per_strip(width)) * width
    per_width = height * width * BYTES_IN_STRIPS + strip * BYTES_OF_STRIP
    return per_width * _width_of(net) + BYTES_OF_ANY_RUN


def needs_strips(
    net: DynamicNet, *, working: tuple[int, int], full: tuple[int, int], memory: int
) -> bool:
    """Whether a run has to be in strips to fit into memory (bytes at hand where the net lies).
    working, full: (height, width) that the net sees and of the whole picture. Raises ImageSizeError
    that names the --scale to use where even strips do not fit.
    """
    room = int(memory * SHARE_TO_USE)
    if next(net.parameters()).device.type == "cpu":
        room -= full[0] * full[1] * BYTES_PER_PIXEL_OF_PICTURE
    if bytes_to_run(net, working) <= room:
        return False
    needed = _least_bytes(net, working)
    if needed > room:
        raise ImageSizeError(
            f"working at {working[1]} x {working[0]} pixels takes about {readable_size(needed)} of "
            f"memory and {readable_size(max(0, room))} are at hand; "
            + _what_to_do(largest_long_side(net, full, room, most=max(working)))
        )
    return True


def largest_long_side(net: DynamicNet, size: tuple[int, int], room: int, *, most: int) -> int:
    """The longest working side, up to `most` pixels, at which a picture of `size` fits in `room`
    bytes, rounded down to a plain number; 0 where none fits.
    """
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if _least_bytes(net, fit_long_side(size, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low // 64 * 64 if low >= 128 else low


def out_of_memory_advice(working: tuple[int, int]) -> str:
    """What to try after a run that ran out of memory all the same, at half the sides."""
    return _what_to_do(max(working) // 2)


def _least_bytes(net: DynamicNet, size: tuple[int, int]) -> int:
    whole = bytes_to_run(net, size)
    return min(whole, bytes_in_strips(net, size)) if can_run_in_strips(net) else whole


def _what_to_do(long_side_px: int) -> str:
    if long_side_px < 1:
        return "close other programs, or use a machine with more memory"
    return (
        f"use --scale {long_side_px} (the result still comes back at full size) or close programs"
    )


def _width_of(net: DynamicNet) -> int:
    """The channels of the feature maps at full resolution: those of the first convolution."""
    convolution = next(m for m in net.main.modules() if isinstance(m, nn.Conv2d))
    return convolution.out_channels
