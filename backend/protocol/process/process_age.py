"""Whether a process that was noted down still runs, or only another one with its number.

psutil would know, but hosts have the standard library alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

SLACK_S = 5.0  # of clocks that are set, and of what is rounded to seconds
_PS_TIMEOUT_S = 5.0
_TOO_MUCH = 1 << 32  # for a process's number on any system
_FILETIME_EPOCH_S = 11_644_473_600  # from 1601, as Windows counts, to 1970


def is_running(pid: int, began: float) -> bool:
    """began: as process_began had it, in seconds since 1970."""
    found = process_began(pid)
    return found is not None and abs(found - began) < SLACK_S


def process_began(pid: int) -> float | None:
    """When the process of that number was started, in seconds since 1970; None if there is none, or
    none but a zombie.
    """
    if not 0 < pid < _TOO_MUCH:
        return None
    if sys.platform == "win32":
        return _by_windows(pid)
    if Path("/proc/stat").exists():
        return _by_proc(pid)
    return _by_ps(pid)


def _by_proc(pid: int) -> float | None:
    """proc_pid_stat(5): the state and the start follow the name, which may hold anything."""
    try:
        members = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        boot = re.search(rb"^btime (\d+)", Path("/proc/stat").read_bytes(), re.MULTILINE)
        if boot is None or members[0] in (b"Z", b"X"):
            return None
        return int(boot[1]) + int(members[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _by_ps(pid: int) -> float | None:
    command = ["ps", "-o", "stat=,etime=", "-p", str(pid)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PS_TIMEOUT_S, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.fullmatch(r"\s*(\S+)\s+(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)\s*", done.stdout)
    if found is None or found[1].startswith("Z"):
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    return time.time() - (((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _by_windows(pid: int) -> float | None:
    import ctypes

    limited, still_active = 0x1000, 259
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(limited, False, pid))
    if not handle:
        return None
    try:
        code, times = ctypes.c_ulong(), [ctypes.c_ulonglong() for _ in range(4)]
        if not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value != still_active:
            return None
        if not kernel.GetProcessTimes(handle, *(ctypes.byref(one) for one in times)):
            return None
        return times[0].value / 1e7 - _FILETIME_EPOCH_S
    finally:
        kernel.CloseHandle(handle)
