"""Memory that a net frees and takes again at every stage, kept and not handed back to the system.

glibc maps whatever is above 32 MiB anew each time, and the kernel then clears every page of it:
for the tensors of a 1024-pixel picture that takes as long as the convolutions do. Only glibc is
touched; elsewhere both functions do nothing.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # of mallopt(3)
KEEP_BYTES = 2**31 - 1  # mallopt takes an int
PAD_BYTES = 64 << 20


def keep_freed_memory() -> bool:
    """Let freed tensors be reused without the system. Whether that could be set."""
    libc = _glibc()
    if libc is None:
        return False
    settings = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, KEEP_BYTES), (M_TOP_PAD, PAD_BYTES))
    return all([libc.mallopt(name, value) == 1 for name, value in settings])


def return_freed_memory() -> bool:
    """Hand what is free back to the system, as after a large run. Whether anything was."""
    libc = _glibc()
    return libc is not None and libc.malloc_trim(0) == 1


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "gnu_get_libc_version") else None
