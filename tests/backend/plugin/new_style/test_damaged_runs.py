"""What others have damaged in a run's folder costs a panel that run's line, and no more."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.plugin.new_style.run_folder import (
    NOTE_NAME,
    OUTPUT_NAME,
    RunNote,
    list_notes,
    runs_folder,
    write_note,
)
from dynamic_style.backend.plugin.new_style.run_state import PROGRESS_NAME, last_words, look_at
from dynamic_style.backend.plugin.new_style.run_texts import run_text

HUGE = 10**400
NOTE = RunNote("Harbour", "/photos", "draft", ("strength",), pid=1, began=1.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a run that was noted."""
    monkeypatch.setenv("DYNAMIC_STYLE_TRAINING", str(tmp_path / "training"))
    folder = runs_folder() / "harbour"
    write_note(folder, NOTE)
    return folder


@pytest.mark.parametrize(
    "changes", [{"began": HUGE}, {"pid": float("inf")}, {"pid": HUGE}, {"dials": HUGE}]
)
def test_a_note_with_numbers_that_nobody_can_use_hides_no_other(
    folder: Path, changes: dict[str, Any]
) -> None:
    write_note(folder.with_name("lake"), NOTE)
    members = json.loads((folder / NOTE_NAME).read_text())
    (folder / NOTE_NAME).write_text(json.dumps(members | changes))
    assert [found.name for found, _ in list_notes()] == ["lake"]


@pytest.mark.parametrize(
    "changes",
    [
        *({"fraction": HUGE}, {"eta_s": HUGE}, {"eta_s": float("inf")}, {"pid_started": HUGE}),
        *({"pid": HUGE}, {"pid": 10**300}, {"pid": float("nan")}),
    ],
)
def test_progress_with_such_numbers_can_be_shown(folder: Path, changes: dict[str, Any]) -> None:
    members = {"state": "running", "pid": os.getpid(), "pid_started": 1e12, "fraction": 0.5}
    (folder / PROGRESS_NAME).write_text(json.dumps(members | changes))
    run = look_at(folder, NOTE)
    assert run.state == "stopped"
    assert "Harbour" in run_text(run)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
@pytest.mark.parametrize("name", [NOTE_NAME, PROGRESS_NAME, OUTPUT_NAME])
def test_a_pipe_in_a_runs_folder_keeps_no_panel_waiting(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert [found.name for found, _ in list_notes()] == ([] if name == NOTE_NAME else ["harbour"])
    assert look_at(folder, NOTE).state == "stopped"
    assert last_words(folder) == ""
