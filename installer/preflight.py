"""Checks what the machine offers before anything is downloaded, so that failures come early.

Measured with openvino 2026.4 and torch 2.13: 316 MB, and 334 once Python has compiled all of it;
with torch's build for CPUs 1.1 to 1.2 GB, with that for CUDA about 5.6 GB. pip unpacks downloads of
about a third of that.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .errors import FolderError, MachineError, Obstacle
from .origin import by_option

GB = 10**9
LIGHT_GB = 0.5
CPU_TORCH_GB = 1.5
CUDA_TORCH_GB = 9
DOWNLOAD_PART = 3  # a wheel is about a third of what it unpacks to
NEWEST_PYTHON = (3, 14)  # the newest that the pinned openvino and torch have builds for
OLDEST_PYTHON = (3, 10)


def check_venv_modules() -> None:
    """Raise MachineError if this Python cannot make virtual environments."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineError(no_venv_message(missing), obstacle=Obstacle("python", sys.executable))


def no_venv_message(missing: Sequence[str]) -> str:
    """Say how to get the modules that make virtual environments."""
    major, minor = sys.version_info[:2]
    return (
        f"this Python ({sys.executable}) cannot make virtual environments: "
        f"it lacks the module {' and '.join(missing)}.\n"
        "Debian and Ubuntu keep it in a package of its own; install that and run this again:\n"
        f"    sudo apt install python3-venv    (or python{major}.{minor}-venv)\n"
        "On other systems install a complete Python, or start this with another one."
    )


def check_checkout(root: Path) -> None:
    """Raise FolderError unless files can be made in the checkout (`pip install -e` has to)."""
    try:
        with tempfile.TemporaryFile(dir=root, prefix=".writable-"):
            pass
    except OSError as error:
        raise FolderError(
            f"the checkout {root} cannot be written to ({error.strerror or error}).\n"
            "Copy it to a folder of your own and run this there."
        ) from error


def check_disk(folder: Path, needed_gb: float) -> None:
    """Raise MachineError unless so much is free where `folder` is or is to be made, and a third of
    it where pip puts its downloads.
    """
    place = _nearest_existing(folder)
    free = shutil.disk_usage(place).free
    if free < needed_gb * GB:
        raise MachineError(
            f"not enough disk space: {_gb(free)} are free at {place}, and the environment "
            f"needs {needed_gb:g} GB{_most_of_it(needed_gb)}.\n"
            "Free some space"
            f"{by_option(', or put the environment on another disk: --venv DIR')}",
            obstacle=Obstacle("disk", str(place)),
        )
    temporary = Path(tempfile.gettempdir())
    free_temporary = shutil.disk_usage(temporary).free
    needed = needed_gb / DOWNLOAD_PART * GB
    if free_temporary < needed:
        raise MachineError(
            f"not enough space for temporary files: {_gb(free_temporary)} are free at "
            f"{temporary}, and pip needs {_gb(needed)} there for its downloads.\n"
            "Free some space, or name a folder on another disk in the variable TMPDIR.",
            obstacle=Obstacle("disk", str(temporary)),
        )


def note_on_cuda(folder: Path) -> str | None:
    """A warning if PyTorch's build for NVIDIA's GPUs would not fit where `folder` is to be."""
    place = _nearest_existing(folder)
    free = shutil.disk_usage(place).free
    if free >= CUDA_TORCH_GB * GB:
        return None
    return (
        f"{_gb(free)} are free at {place}, and PyTorch's build for NVIDIA's GPUs needs about "
        f"{CUDA_TORCH_GB} GB."
    )


def check_python() -> str | None:
    """Return a warning if this Python is newer than the pinned openvino and torch know."""
    if sys.version_info[:2] <= NEWEST_PYTHON:
        return None
    return (
        f"this is Python {platform.python_version()}, newer than any that the pinned OpenVINO "
        f"and PyTorch have builds for. {fitting_pythons()}"
    )


def fitting_pythons() -> str:
    """Say which Pythons fit, and which of them this machine has."""
    oldest, newest = (".".join(map(str, pair)) for pair in (OLDEST_PYTHON, NEWEST_PYTHON))
    text = f"Python {oldest} to {newest}, 64 bit, are known to fit."
    for minor in range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1):
        name = f"python3.{minor}"
        if sys.version_info[:2] != (3, minor) and shutil.which(name):
            return f"{text} This machine has one: start this with {name} instead."
    return text


def describe_python() -> str:
    """Name this Python's version, word size and machine, as wheels are chosen by them."""
    bits = 64 if sys.maxsize > 2**32 else 32
    return (
        f"Python {platform.python_version()} ({bits} bit) on {platform.system()} "
        f"{platform.machine()}"
    )


def _nearest_existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def _most_of_it(needed_gb: float) -> str:
    return " (most of it PyTorch)" if needed_gb > LIGHT_GB else ""


def _gb(size: float) -> str:
    return f"{size / GB:.1f} GB"
