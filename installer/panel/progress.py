"""progress.json: how far a set-up is, for the panels that watch it.

It is replaced as a whole, so a reader never meets half of it. Its members:

state       running; done; failed; or cancelled
step        python, environment, packages, or plug-in: what is going on
words       what pip or uv is at, such as "Downloading openvino-2026.4.0 (52 MB)"; may be empty
fraction    of all the work, 0 to 1; downloads count by their size
message     when failed, the error and what to do, in English
kind        when failed, what is in the way, in a word that panels know: see Obstacle in errors.py;
            empty where the message alone says it. subject: the package, folder or Python that it is
            about, or when done the version that there is now. log: the file with all of pip's
            words, or empty
restarts    when done: whether the host has to be started anew, for another version of its plug-in
pid         of the process, and pid_began, when it began, in seconds since 1970

`running` without such a process was killed. `backend/plugin/set_up/set_up_state.py` is its reader.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ..atomic_file import write_atomically
from ..errors import Obstacle

PROGRESS_NAME = "progress.json"
EVERY_S = 0.5
# Where each step begins, and the next one ends, as a part of the whole.
STEPS = {"python": 0.0, "environment": 0.02, "packages": 0.08, "plug-in": 0.95}
DOWNLOADS = 0.7  # of the packages' share; the rest is unpacking
_SIZE = re.compile(r"\((\d+(?:\.\d+)?) ?(k|M|G|Ki|Mi|Gi)i?B\)")
_UNIT_MB = {"k": 0.001, "Ki": 0.001, "M": 1.0, "Mi": 1.05, "G": 1000.0, "Gi": 1074.0}
_UNPACKING = ("installing collected packages", "prepared ")


class Progress:
    """expected_mb: of all downloads together, by which their share is told."""

    def __init__(self, folder: Path, *, expected_mb: float, pid: int, began: float) -> None:
        self.path = folder / PROGRESS_NAME
        self._expected_mb = expected_mb
        self._process = {"pid": pid, "pid_began": began}
        self._step = "python"
        self._words = ""
        self._mb = 0.0
        self._is_unpacking = False
        self._written_at = 0.0

    def begin(self, step: str) -> None:
        self._step, self._words = step, ""
        self._write("running")

    def status(self, words: str) -> None:
        """What pip or uv has just said; "" for nothing new."""
        if not words:
            return
        lower = words.lower()
        if lower.startswith("downloading ") and (found := _SIZE.search(words)):
            self._mb += float(found[1]) * _UNIT_MB[found[2]]
        self._is_unpacking |= lower.startswith(_UNPACKING)
        self._words = words
        if time.monotonic() - self._written_at >= EVERY_S:
            self._write("running")

    @property
    def fraction(self) -> float:
        begins = STEPS[self._step]
        ends = min((each for each in STEPS.values() if each > begins), default=1.0)
        if self._step != "packages":
            return begins
        part = DOWNLOADS * min(1.0, self._mb / self._expected_mb)
        return begins + (ends - begins) * (DOWNLOADS if self._is_unpacking else part)

    def done(self, version: str, *, restarts: bool) -> None:
        self._write("done", restarts=restarts, obstacle=Obstacle(subject=version))

    def failed(self, message: str, obstacle: Obstacle | None = None) -> None:
        self._write("failed", message=message, obstacle=obstacle or Obstacle())

    def cancelled(self) -> None:
        self._write("cancelled")

    def _write(
        self,
        state: str,
        *,
        message: str = "",
        restarts: bool = False,
        obstacle: Obstacle | None = None,
    ) -> None:
        self._written_at = time.monotonic()
        members = {
            "state": state,
            "step": self._step,
            "words": self._words,
            "fraction": 1.0 if state == "done" else round(self.fraction, 3),
            "message": message,
            "restarts": restarts,
            **asdict(obstacle or Obstacle()),
            **self._process,
        }
        with suppress(OSError):  # the next one comes soon; a full disk is said by pip, too
            write_atomically(self.path, json.dumps(members, indent=1).encode())
