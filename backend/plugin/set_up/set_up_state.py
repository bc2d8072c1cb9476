"""How far a set-up is: what its process writes to progress.json, held against the processes there
are. `installer/panel/progress.py` describes that file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...protocol.process.process_age import is_running
from ..new_style.run_folder import read_members

PROGRESS_NAME = "progress.json"

State = Literal["none", "starting", "running", "done", "failed", "cancelled", "stopped"]


@dataclass(frozen=True)
class SetUp:
    """none: nobody has asked for one. stopped: its process was killed, or the computer switched
    off. fraction: 0 to 1. step, words, message, kind, subject, log, restarts: as in
    progress.json. pid, began: of the
    process that is at it.
    """

    state: State = "none"
    step: str = ""
    words: str = ""
    fraction: float = 0.0
    message: str = ""
    restarts: bool = False
    kind: str = ""
    subject: str = ""
    log: str = ""
    pid: int = 0
    began: float = 0.0

    @property
    def is_at_work(self) -> bool:
        return self.state in ("starting", "running")


def look(folder: Path) -> SetUp:
    """The set-up as it stands now."""
    found = _read(folder)
    if found.state == "running" and not is_running(found.pid, found.began):
        last = _read(folder)  # it may have written its end since
        return last if last.state != "running" else SetUp("stopped", fraction=last.fraction)
    return found


def _read(folder: Path) -> SetUp:
    members = read_members(folder / PROGRESS_NAME)
    state = members.get("state")
    if state not in ("running", "done", "failed", "cancelled"):
        return SetUp()
    try:
        return SetUp(
            state=state,
            step=str(members["step"]),
            words=str(members["words"]),
            fraction=min(1.0, max(0.0, float(members["fraction"]))),
            message=str(members["message"]),
            restarts=members["restarts"] is True,
            kind=str(members.get("kind", "")),
            subject=str(members.get("subject", "")),
            log=str(members.get("log", "")),
            pid=int(members["pid"]),
            began=float(members["pid_began"]),
        )
    except (LookupError, TypeError, ValueError):
        return SetUp()
