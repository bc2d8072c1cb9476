"""Memory that a run can take without pushing anything out: the machine's, and what limits leave."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")  # the limit of a container or a service (cgroup v2)


def memory_at_hand() -> int:
    """Bytes of the machine's memory that this process can take now."""
    machine = int(psutil.virtual_memory().available)
    limits = (group_memory_left(), _process_memory_left())
    return min([machine, *(left for left in limits if left is not None)])


def group_memory_left(folder: Path = CGROUP) -> int | None:
    """Bytes that the process's own cgroup leaves; None without a limit or without cgroup v2.

    File cache that the kernel drops at need counts as free.
    """
    try:
        limit, used, stat = (
            (folder / name).read_text(encoding="ascii").strip()
            for name in ("memory.max", "memory.current", "memory.stat")
        )
    except OSError:
        return None
    if not (limit.isdigit() and used.isdigit()):
        return None  # "max": no limit
    fields = dict(line.split(maxsplit=1) for line in stat.splitlines() if " " in line)
    return max(0, int(limit) - int(used) + int(fields.get("inactive_file", "0")))


def _process_memory_left() -> int | None:
    """Bytes of address space that a limit of the process (ulimit -v) leaves; None without one."""
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    return max(0, limit - int(psutil.Process().memory_info().vms))
