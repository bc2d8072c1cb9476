"""Computing in a thread that has not met a shortage of memory yet.

oneDNN remembers, for as long as a thread lives, that an allocation for its code has failed there,
and makes no new code in it any more: every size that was not computed before would fail for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def in_fresh_thread(compute: Callable[[], _T]) -> _T:
    """What compute() returns or raises, in a thread of its own where one can be started."""
    with ThreadPoolExecutor(1, thread_name_prefix="compute") as pool:
        try:
            computed = pool.submit(compute)
        except RuntimeError:  # no room even for a thread
            return compute()
        return computed.result()
