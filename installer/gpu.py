"""Which GPU there is that PyTorch could use, told by its driver's files; nothing is loaded.

Macs are left out: theirs is used by the PyTorch that is installed there in any case.
"""

from __future__ import annotations

from .user_folders import WINDOWS, Computer

NVIDIA = "NVIDIA"
AMD = "AMD"
UV = "uv (https://docs.astral.sh/uv)"


def find_gpu(computer: Computer) -> str | None:
    """NVIDIA, AMD (by its driver for ROCm), or None."""
    driver = computer.system / "proc" / "driver" / "nvidia"
    if driver.exists() or computer.program("nvidia-smi"):
        return NVIDIA
    if computer.platform != WINDOWS and (computer.system / "dev" / "kfd").exists():
        return AMD
    return None


def needs_uv(gpu: str, computer: Computer) -> bool:
    """Whether the builds for that GPU are in no index that pip asks by itself."""
    return gpu == AMD or computer.platform == WINDOWS


def hint(gpu: str, computer: Computer) -> str:
    """What PyTorch would be good for here, as the start of a sentence."""
    also = f", and {UV} has to be on the PATH" if needs_uv(gpu, computer) else ""
    would = "may be able to use" if gpu == AMD else "would use"  # its driver serves all cards
    return f"PyTorch {would} this computer's {gpu} GPU (it takes some GB on the disk{also})"
