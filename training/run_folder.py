"""Where a run's files are, and that a folder belongs to one config."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dynamic_style.backend.protocol.errors import CheckpointError, ConfigError

from .run_files import written

CONFIG, CHECKPOINT = "config.toml", "checkpoint.pt"


@dataclass(frozen=True)
class RunPaths:
    """data: the root of the config's folders. cache: where decoded photos are kept."""

    config: Path
    data: Path
    folder: Path
    cache: Path
    loss_network: Path | None = None


def claim(path: Path, text: str, *, changes: Callable[[str], list[str]] | None = None) -> None:
    """Keep the config in the run's folder: going on with another would mix two runs.

    changes: what differs from an older text in what trains; a config that differs in nothing such
    takes the kept one's place. So does any config where no step was kept yet. Raises
    CheckpointError where the folder holds the run of another config or cannot be used.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = path.read_bytes() if path.exists() else None
        has_steps = (folder / CHECKPOINT).exists()
    except OSError as error:
        raise CheckpointError(
            f"run folder '{folder}' cannot be used: {error.strerror or error}; give --run-folder "
            "another folder"
        ) from error
    if kept == text.encode():
        return
    if kept is not None and has_steps:
        _check_same_run(folder, kept, changes)
    with written(path, "the run's config", shared=True, error=CheckpointError) as file:
        file.write(text.encode())


def _check_same_run(folder: Path, kept: bytes, changes: Callable[[str], list[str]] | None) -> None:
    advice = "give --run-folder another folder, or put the old config back to go on with it"
    try:
        found = ["it is not the same"] if changes is None else changes(kept.decode("utf-8-sig"))
    except (ConfigError, UnicodeDecodeError) as error:
        found = [f"the one that it keeps cannot be read ({error})"]
    if found:
        raise CheckpointError(
            f"'{folder}' holds a run of another config: {', '.join(found)}; {advice}"
        )
