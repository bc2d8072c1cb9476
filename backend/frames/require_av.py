"""Whether videos can be read and written here: PyAV is an extra."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from ..protocol.errors import UsageError

OLDEST = (17, 1)  # as pyproject.toml's extra has it: older ones know less of colours


def require_av() -> None:
    """Raises UsageError that says how to have PyAV."""
    problem = None
    if find_spec("av") is None:
        problem = "is not installed"
    elif not _is_new_enough():
        problem = "is too old here"
    if problem is not None:
        wanted = f"av>={OLDEST[0]}.{OLDEST[1]}"
        raise UsageError(
            f"videos need PyAV, which {problem}; give the command: "
            f'"{sys.executable}" -m pip install "{wanted}". Folders, GIF, WebP and PNG do without'
        )


def _is_new_enough() -> bool:
    try:
        major, minor = version("av").split(".")[:2]
        return (int(major), int(minor)) >= OLDEST
    except (PackageNotFoundError, ValueError):  # built by hand: it will show
        return True
