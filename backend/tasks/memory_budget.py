"""Memory for large pictures: what a run will need, decided before it starts.

A picture that does not fit as a whole is run in strips (nets/strips.py), with the same result in a
little more time; one that does not fit even so is refused with the --scale that would.
"""

from __future__ import annotations

from ..compute.engine import Net
from ..images.limits import BYTES_PER_PIXEL_OF_PICTURE, SHARE_TO_USE, readable_size
from ..protocol.errors import ImageSizeError
from .working_size import fit_long_side


def needs_strips(net: Net, *, working: tuple[int, int], full: tuple[int, int], memory: int) -> bool:
    """Whether a run has to be in strips to fit into memory (bytes at hand where the net lies).
    working, full: (height, width) that the net sees and of the whole picture. Raises ImageSizeError
    that names the --scale to use where even strips do not fit.
    """
    room = int(memory * SHARE_TO_USE)
    if net.device == "cpu":
        room -= full[0] * full[1] * BYTES_PER_PIXEL_OF_PICTURE
    if net.bytes_to_run(working) <= room:
        return False
    needed = _least_bytes(net, working)
    if needed > room:
        raise ImageSizeError(
            f"working at {working[1]} x {working[0]} pixels takes about {readable_size(needed)} of "
            f"memory and {readable_size(max(0, room))} are at hand; "
            + _what_to_do(largest_long_side(net, full, room, most=max(working)))
        )
    return True


def largest_long_side(net: Net, size: tuple[int, int], room: int, *, most: int) -> int:
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


def _least_bytes(net: Net, size: tuple[int, int]) -> int:
    whole = net.bytes_to_run(size)
    return min(whole, net.bytes_in_strips(size)) if net.can_run_in_strips else whole


def _what_to_do(long_side_px: int) -> str:
    if long_side_px < 1:
        return "close other programs, or use a machine with more memory"
    return (
        f"use --scale {long_side_px} (the result still comes back at full size) or close programs"
    )
