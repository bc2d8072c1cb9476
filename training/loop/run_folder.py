"""Where a run's files are. A run's folder belongs to one config."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import CheckpointError, ConfigError
from ..run_files import replace_file

CONFIG, CHECKPOINT = "config.toml", "checkpoint.pt"


@dataclass(frozen=True)
class RunPaths:
    """data: the root of the config's folders. cache: where decoded photos are kept."""

    config: Path
    data: Path
    folder: Path
    cache: Path
    loss_network: Path | None = None


def check_usable(folder: Path, what: str) -> None:
    """Make a folder that a run will write to, and take it away again where it was not there.

    what: its name for the message. Raises CheckpointError.
    """
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    there = next(place for place in (folder, *folder.parents) if place not in missing)
    made: list[Path] = []
    try:
        if not there.is_dir():
            raise CheckpointError(_explain_unusable(folder, what, f"'{there}' is no folder"))
        for place in reversed(missing):
            place.mkdir()
            made.append(place)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        done = "no such folder can be made" if missing else "nothing can be written"
        reason = f"{done} in '{there}' ({error.strerror or error})"
        raise CheckpointError(_explain_unusable(folder, what, reason)) from error
    finally:
        for place in reversed(made):
            with suppress(OSError):
                place.rmdir()  # whoever put something there meanwhile keeps it


def _explain_unusable(folder: Path, what: str, reason: str) -> str:
    return f"{what} '{folder}' cannot be used: {reason}; name another folder"


def keep_config(
    path: Path, text: str, *, changes: Callable[[str], list[str]] | None = None
) -> None:
    """Keep the config in the run's folder: going on with another would mix two runs.

    changes: lists what trains and is not as in the text that is kept, by default all of it. Where
    that is nothing, or where no checkpoint is kept yet, the new text takes the old one's place.
    Raises CheckpointError where the folder holds the run of another config or cannot be used.
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
    with replace_file(path, "the run's config", shared=True, error=CheckpointError) as file:
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
