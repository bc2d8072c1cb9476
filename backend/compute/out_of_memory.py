"""The one seam to what torch and Python raise where memory runs out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..protocol.errors import DeviceError


@contextmanager
def name_lack_of_memory(doing: str, *, advice: str) -> Iterator[None]:
    """Turn torch's and Python's own errors about memory into a DeviceError. doing: such as
    "stylizing 40 x 30 pixels"; advice: what the user can do next.
    """
    text = f"memory ran out while {doing}; {advice}"  # made while there is memory for it
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise DeviceError(text) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python gave up for lack of memory."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (  # torch's CPU allocator has no class for it
        "can't allocate memory" in text
        or "out of memory" in text
        or "could not create a primitive" in text  # oneDNN, when it has no room for its code
    )
