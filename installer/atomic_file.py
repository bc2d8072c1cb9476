"""Writes a file whole or not at all: what was there before stays until all of the new one is."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put `content` at `path`; mode: the permissions, None for those of the file there, if any.

    A link is followed, not replaced: some people keep their settings elsewhere. Raises OSError.
    """
    target = path.resolve()
    if mode is None and target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
    part = target.with_name(f"{target.name}.dynamic-style-part")
    try:
        part.unlink(missing_ok=True)  # of a run that was killed; or a link, or a pipe
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
