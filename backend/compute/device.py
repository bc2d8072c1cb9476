"""Where torch runs a net: the computing device, its threads and the memory at hand."""

from __future__ import annotations

import torch

from ..protocol.errors import DeviceError, UsageError
from .glibc_malloc import keep_freed_memory
from .memory import memory_at_hand

DEVICES = ("auto", "cpu", "cuda", "mps")


def prepare_device(name: str, *, threads: int | None) -> torch.device:
    """Set the process up for running nets, and choose the device: once, before the first net.
    threads: of the CPU, None for all. Raises as choose_device and set_threads.
    """
    keep_freed_memory()
    if threads is not None:
        set_threads(threads)
    return choose_device(name)


def choose_device(name: str) -> torch.device:
    """The device of that name; 'auto' takes cuda, then mps, then cpu.

    A device that was asked for by name is never replaced by another: raises DeviceError when it is
    missing, UsageError for an unknown name.
    """
    if name not in DEVICES:
        raise UsageError(f"device {name!r} is unknown; choose one of {', '.join(DEVICES)}")
    present = available_devices()
    if name == "auto":
        return torch.device(next(device for device in ("cuda", "mps", "cpu") if device in present))
    if name not in present:
        raise DeviceError(
            f"device '{name}' cannot be used: {_why_missing(name)}; "
            f"use --device auto or one of: {', '.join(present)}"
        )
    return torch.device(name)


def available_devices() -> tuple[str, ...]:
    """The devices that this machine and this PyTorch can use, 'cpu' always among them."""
    present = ["cpu"]
    if torch.cuda.is_available():
        present.append("cuda")
    if torch.backends.mps.is_available():
        present.append("mps")
    return tuple(present)


def device_title(device: torch.device) -> str:
    """A name for people, such as 'NVIDIA L4 (cuda)' or 'cpu, 4 threads'."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (cuda)"
    if device.type == "mps":
        return "Apple GPU (mps)"
    return f"cpu, {torch.get_num_threads()} threads"


def set_threads(count: int) -> None:
    """Let torch compute on `count` CPU threads. Raises UsageError below 1."""
    if count < 1:
        raise UsageError(f"--threads {count}: give at least 1, or leave it out for all cores")
    torch.set_num_threads(count)


def device_memory_at_hand(device: torch.device) -> int:
    """Bytes that a run on this device can take now without pushing anything out."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        # what torch has set aside and does not use serves the next run as well
        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(free + idle)
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return memory_at_hand()


def _why_missing(name: str) -> str:
    if name == "cuda":
        if not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
            return f"this PyTorch ({torch.__version__}) is built without CUDA"
        return "PyTorch finds no working NVIDIA GPU (is its driver installed?)"
    if not torch.backends.mps.is_built():
        return f"this PyTorch ({torch.__version__}) is built without Apple's Metal"
    return "this machine has no Apple GPU, or its macOS is older than 12.3"
