"""Which GPU there is that PyTorch could use, told by its driver's files; nothing is loaded.

Macs are left out: theirs is used by the PyTorch that is installed there in any case.
"""

from __future__ import annotations

from .user_folders import WINDOWS, Computer

NVIDIA = "NVIDIA"
AMD = "AMD"


def find_gpu(computer: Computer) -> str | None:
    """NVIDIA, AMD (by its driver for ROCm), or None."""
    driver = computer.system / "proc" / "driver" / "nvidia"
    if driver.exists() or computer.program("nvidia-smi"):
        return NVIDIA
    if computer.platform != WINDOWS and (computer.system / "dev" / "kfd").exists():
        return AMD
    return None
