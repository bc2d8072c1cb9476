"""progress.json in a run's folder, for programs that watch a run: a panel with a bar, say.

It is replaced as a whole about once a second, so a reader never meets half of it. Its members:

state       running; done: there is a pack; failed; or cancelled
phase       what is going on: photos, main, strength.higher, measuring, export …
step, steps of that phase, so many are done
fraction    of all the work, 0 to 1
eta_s       seconds until all is done, measuring and the pack among them; null in the first steps
sheet       whole path of the latest sample sheet, or null
pack        whole path of the pack, once it is written; else null
message     the latest note, when done what the pack's tables do not keep of what packs promise;
            when failed, the error and what to do
code        of the error, as `backend/protocol/errors.py` has them; null unless failed
pid         of the process, and pid_started, when it began, in seconds since 1970
updated     when this was written, ISO 8601 in UTC

`running` without such a process was killed. `failed`, `cancelled` and killed runs go on with the
command that they were started with. To cancel one, send its process SIGTERM or SIGINT, on Windows
CTRL_BREAK_EVENT: it writes a checkpoint after the step that it is in, and says `cancelled`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil

from dynamic_style.backend.protocol.atomic_file import write_whole
from dynamic_style.backend.protocol.errors import DynamicStyleError

from ..errors import CheckpointError, TrainingError
from .progress import Progress

PROGRESS = "progress.json"
EVERY_S = 1.0


class ProgressFile:
    """Listens to a run's progress. What keeps it from being written ends no training."""

    def __init__(self, folder: Path | None) -> None:
        """folder: the run's; None: nothing is written, as by all but the first of its processes."""
        self.path = None if folder is None else folder / PROGRESS
        self.progress = Progress(self._update)
        self.pack: Path | None = None
        self.failure = ""  # why a run that ends without an error has failed all the same
        self._process = {"pid": os.getpid(), "pid_started": psutil.Process().create_time()}
        self._shown: tuple[Any, ...] = ()
        self._written_at = -EVERY_S

    def write(self, state: str, *, message: str = "", code: str | None = None) -> None:
        if self.path is None:
            return
        progress = self.progress
        left = progress.seconds_left
        members = {
            "state": state,
            "phase": progress.name,
            "step": progress.done,
            "steps": progress.units,
            "fraction": 1.0 if state == "done" else round(progress.fraction, 4),
            "eta_s": 0.0 if state == "done" else left if left is None else round(left, 1),
            "sheet": _whole_path(progress.sheet),
            "pack": _whole_path(self.pack),
            "message": message,
            "code": code,
            **self._process,
            "updated": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        }
        with suppress(OSError):  # the next one comes in a second, and the exit code tells as much
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with write_whole(self.path) as file:
                file.write(json.dumps(members, indent=2).encode())

    def _update(self, progress: Progress) -> None:
        shown = (progress.name, progress.sheet, progress.note, progress.done == progress.units)
        now = time.monotonic()
        if shown != self._shown or now - self._written_at >= EVERY_S:
            self._shown, self._written_at = shown, now
            self.write("running", message=progress.note)


@contextmanager
def keeping_progress(folder: Path | None) -> Iterator[ProgressFile]:
    """Keep the progress of the run in folder on file in the block, and how it ends: done, failed
    or cancelled. folder: as ProgressFile takes it.

    Raises CheckpointError where another process trains there.
    """
    file = ProgressFile(folder)
    if file.path is not None:
        _refuse_second(file.path)
    try:
        file.write("running")
        yield file
        if file.failure:
            file.write("failed", message=file.failure, code=TrainingError.code)
        else:
            file.write("done", message=file.progress.note)
    except KeyboardInterrupt:
        file.write("cancelled", message="the command that started it goes on with it")
        raise
    except DynamicStyleError as error:
        file.write("failed", message=str(error), code=error.code)
        raise
    except BaseException as error:
        reason = str(error) or type(error).__name__
        file.write("failed", message=reason, code=DynamicStyleError.code)
        raise


def _refuse_second(path: Path) -> None:
    try:
        members = json.loads(path.read_bytes())
        pid, started = members["pid"], members["pid_started"]
        is_running = members["state"] == "running" and pid != os.getpid()
        if not is_running or psutil.Process(pid).create_time() != started:
            return
    except (OSError, ValueError, TypeError, LookupError, RecursionError, psutil.Error):
        return  # no run, one that was killed, or nothing that we have written
    raise CheckpointError(
        f"process {pid} trains in '{path.parent}' already; wait for it or end it, or give "
        "--run-folder another folder"
    )


def _whole_path(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
