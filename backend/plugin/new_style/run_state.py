"""How far a run is: what its process writes to progress.json, held against the processes there are.

training/loop/progress_file.py describes that file. It says `running` for ever where the process was
killed, and is that of an earlier process until a new one has come so far as to write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...protocol.process.plain_files import open_plain
from ...protocol.process.process_age import is_running
from .run_folder import OUTPUT_NAME, RunNote, read_members

PROGRESS_NAME = "progress.json"
_MOST_WORDS = 500
_TAIL_BYTES = 8192

State = Literal["starting", "running", "done", "failed", "cancelled", "stopped"]
Choice = Literal["cancel", "go_on", "remove", "dismiss"]


@dataclass(frozen=True)
class StyleRun:
    """One run as it stands. fraction: 0 to 1. eta_s: seconds left; None while nobody can tell.
    sheet: the latest sample sheet, a JPEG file. pack: the pack's folder, once it is written.
    message: why it failed, or what the command said last. pid: of the process that is at it, and
    began: since when; 0 without one.

    stopped: its process was killed, or the computer was switched off. All but a run that is at work
    or done can be gone on with.
    """

    folder: Path
    note: RunNote
    state: State
    phase: str = ""
    fraction: float = 0.0
    eta_s: float | None = None
    sheet: Path | None = None
    pack: Path | None = None
    message: str = ""
    pid: int = 0
    began: float = 0.0

    @property
    def is_at_work(self) -> bool:
        return self.state in ("starting", "running")

    @property
    def choices(self) -> frozenset[Choice]:
        """What the user can do about it now."""
        if self.is_at_work:
            return frozenset({"cancel"})
        return frozenset({"dismiss"} if self.state == "done" else {"go_on", "remove"})

    @property
    def pack_id(self) -> str:
        """Of the pack that was made; empty before."""
        return "" if self.pack is None else self.pack.name


def look_at(folder: Path, note: RunNote) -> StyleRun:
    """The run in folder as it stands now."""
    members = _read(folder)
    pid, began = _whole(members.get("pid")), _number(members.get("pid_started")) or 0.0
    is_said_running = members.get("state") == "running"
    if is_said_running and is_running(pid, began):
        return _told(folder, note, members, "running", pid=pid, began=began)
    if pid != note.pid and is_running(note.pid, note.began):
        return StyleRun(folder, note, "starting", pid=note.pid, began=note.began)
    if pid != note.pid and began < note.began:  # what was started last did not come so far
        words = last_words(folder)
        return StyleRun(folder, note, "failed" if words else "stopped", message=words)
    if is_said_running:
        return _told(folder, note, members, "stopped")
    state = members.get("state")
    if state not in ("done", "failed", "cancelled"):
        return StyleRun(folder, note, "stopped")
    return _told(folder, note, members, state)


def _read(folder: Path) -> dict[str, Any]:
    """What the process says; once more where it has gone meanwhile, for then it may have said how
    it has ended.
    """
    members = read_members(folder / PROGRESS_NAME)
    began = _number(members.get("pid_started")) or 0.0
    if members.get("state") == "running" and not is_running(_whole(members.get("pid")), began):
        return read_members(folder / PROGRESS_NAME)
    return members


def last_words(folder: Path) -> str:
    """The last line that the command has printed."""
    try:
        with open_plain(folder / OUTPUT_NAME) as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in lines[-1])[:_MOST_WORDS]


def _told(
    folder: Path,
    note: RunNote,
    members: dict[str, Any],
    state: State,
    *,
    pid: int = 0,
    began: float = 0.0,
) -> StyleRun:
    fraction = _number(members.get("fraction")) or 0.0
    return StyleRun(
        folder=folder,
        note=note,
        state=state,
        phase=_text(members.get("phase")),
        fraction=min(1.0, max(0.0, fraction)),
        eta_s=_number(members.get("eta_s")),
        sheet=_path(members.get("sheet")),
        pack=_path(members.get("pack")),
        message=_text(members.get("message")),
        pid=pid,
        began=began,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _path(value: Any) -> Path | None:
    return Path(value) if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
