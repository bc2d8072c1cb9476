"""The one seam to what the engines and Python raise where memory runs out. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..protocol.errors import DeviceError

# Neither torch's allocators nor OpenVINO have a class for it everywhere.
SIGNS = (
    "can't alloc",  # "ate memory", or as oneDNN says it
    "out of memory",
    "could not create a primitive",  # oneDNN, when it has no room for its code
    "broken promise",  # the same, where it was to be made for several at once
    "bad_alloc",
    "bad allocation",
    "cannot allocate memory",
    "failed to allocate",
    "resource temporarily unavailable",  # when there is no room for one more thread
    "failed to map segment",  # of a library that is loaded for the first time
)
FAULTS = (RuntimeError, ImportError, OSError)


@contextmanager
def name_lack_of_memory(doing: str, *, advice: str) -> Iterator[None]:
    """Turn the engines' and Python's own errors about memory into a DeviceError. doing: such as
    "stylizing 40 x 30 pixels"; advice: what the user can do next.
    """
    text = f"memory ran out while {doing}; {advice}"  # made while there is memory for it
    try:
        yield
    except (MemoryError, *FAULTS) as error:
        if not is_out_of_memory(error):
            raise
        raise DeviceError(text) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an engine or Python gave up for lack of memory."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, FAULTS) and any(sign in text for sign in SIGNS)
