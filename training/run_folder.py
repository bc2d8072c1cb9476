"""Where a run's files are, and that a folder belongs to one config."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dynamic_style.backend.protocol.errors import CheckpointError

from .run_files import written


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

    Raises CheckpointError where the folder holds another one or cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = path.read_bytes().decode("utf-8", "replace") if path.exists() else text
    except OSError as error:
        raise CheckpointError(
            f"run folder '{path.parent}' cannot be used: {error.strerror or error}; give "
            "--run-folder another folder"
        ) from error
    if kept != text:
        raise CheckpointError(
            f"'{path.parent}' holds a run of another config; give --run-folder another "
            "folder, or put the old config back to go on with it"
        )
    with written(path, "the run's config", shared=True, error=CheckpointError) as file:
        file.write(text.encode())
