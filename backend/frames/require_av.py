"""Whether videos can be read and written here: PyAV is an extra."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from ..protocol.errors import UsageError


def require_av() -> None:
    """Raises UsageError that says how to have PyAV."""
    if find_spec("av") is None:
        raise UsageError(
            "videos need PyAV, which is not installed; give the command: "
            f'"{sys.executable}" -m pip install av. Folders, GIF, WebP and PNG do without'
        )
