"""Where a run's files are, and that a folder belongs to one config."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dynamic_style.backend.protocol.errors import CheckpointError


@dataclass(frozen=True)
class RunPaths:
    """data: the root of the config's folders. cache: where decoded photos are kept."""

    config: Path
    data: Path
    folder: Path
    cache: Path
    loss_network: Path | None = None


def claim(path: Path, text: str) -> None:
    """Keep the config in the run's folder: going on with another would mix two runs.

    Raises CheckpointError where the folder holds another one.
    """
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise CheckpointError(
            f"'{path.parent}' holds a run of another config; give --run-folder another "
            "folder, or put the old config back to go on with it"
        )
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
