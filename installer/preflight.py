"""Checks what the machine offers before anything is downloaded, so that failures come early.

Sizes were measured with torch 2.13: its CPU build takes 1.3 GB with everything else, its CUDA
build for Linux about 5.6 GB, and pip needs room for the downloads on top.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .errors import FolderError, MachineError

GB = 10**9
CPU_BUILD_BYTES = 1.5 * GB
CUDA_BUILD_BYTES = 9 * GB
DOWNLOAD_BYTES = 0.5 * GB  # the largest single download of a CPU set-up, unpacked by pip
NEWEST_PYTHON = (3, 14)  # the newest that the pinned torch has builds for
OLDEST_PYTHON = (3, 10)


def check_venv_modules() -> None:
    """Raise MachineError if this Python cannot make virtual environments."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineError(no_venv_message(missing))


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


def check_disk(folder: Path) -> str | None:
    """Return a warning if a CUDA build of torch would not fit where `folder` is to be made.

    Raises MachineError if not even the CPU build fits, or pip has no room for downloads.
    """
    place = _nearest_existing(folder)
    free = shutil.disk_usage(place).free
    if free < CPU_BUILD_BYTES:
        raise MachineError(
            f"not enough disk space: {_gb(free)} are free at {place}, and the environment "
            f"needs at least {_gb(CPU_BUILD_BYTES)} (most of it PyTorch).\n"
            "Free some space, or put the environment on another disk: --venv DIR"
        )
    temporary = Path(tempfile.gettempdir())
    free_temporary = shutil.disk_usage(temporary).free
    if free_temporary < DOWNLOAD_BYTES:
        raise MachineError(
            f"not enough space for temporary files: {_gb(free_temporary)} are free at "
            f"{temporary}, and pip needs {_gb(DOWNLOAD_BYTES)} there for its downloads.\n"
            "Free some space, or name a folder on another disk in the variable TMPDIR."
        )
    if sys.platform == "linux" and free < CUDA_BUILD_BYTES:
        return (
            f"{_gb(free)} are free at {place}. That is enough for PyTorch's CPU build; if pip's "
            f"index offers the CUDA build, about {_gb(CUDA_BUILD_BYTES)} are needed."
        )
    return None


def check_python() -> str | None:
    """Return a warning if this Python is newer than the pinned torch has builds for."""
    if sys.version_info[:2] <= NEWEST_PYTHON:
        return None
    return (
        f"this is Python {platform.python_version()}, newer than any that the pinned PyTorch "
        f"has builds for. {fitting_pythons()}"
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


def _gb(size: float) -> str:
    return f"{size / GB:.1f} GB"
