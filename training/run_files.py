"""Files that a run writes: whole or not at all, and what to do where they cannot be written."""

from __future__ import annotations

import errno
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psutil

from .errors import TrainingError

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replace_file(
    path: Path, what: str, *, shared: bool = False, error: type[TrainingError] = TrainingError
) -> Iterator[BinaryIO]:
    """A new file. It takes path's place when the block ends, and is removed when the block raises.
    Its folder is made.

    what: its name in messages. shared: several processes may write it at once. error: raised in
    place of each OSError in the block.
    """
    # else without a number, so that what a kill left is written over by the next try
    partial = path.with_name(
        f"{path.name}.{os.getpid()}.partial" if shared else f"{path.name}.partial"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shared:
            _remove_abandoned(path)
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as problem:
        raise error(explain_write_failure(f"{what} '{path}'", problem)) from problem
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    """Remove what killed processes have left of path: it can fill most of a disk."""
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.partial"):
        number = left.name.removeprefix(f"{path.name}.").removesuffix(".partial")
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            left.unlink(missing_ok=True)


def explain_write_failure(what: str, problem: OSError) -> str:
    """Say what an OSError in the middle of a run means, and what to do."""
    full = problem.errno in NO_SPACE
    advice = "free some space" if full else "check the folder and its permissions"
    return (
        f"{what} cannot be written: {problem.strerror or problem}; {advice} and start the same "
        "command again: it goes on from the last good checkpoint, where there is one"
    )


def check_room(folder: Path, needed: int, what: str) -> None:
    """Refuse to start what the disk of folder cannot hold. Raises TrainingError."""
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), None)
    if there is None:
        return
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        return  # some file systems do not tell; writing will
    if needed > free:
        raise TrainingError(
            f"'{folder}' has {_megabytes(free)} free, and {what} take {_megabytes(needed)}; free "
            "some space or take a folder on another disk"
        )


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{count / 1e6:.2f} MB"
