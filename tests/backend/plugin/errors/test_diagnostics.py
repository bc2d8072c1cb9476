"""Diagnostics say what helps, and neither who the user is nor the backend's key."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.plugin.diagnostics import diagnostics_text, redacted
from dynamic_style.backend.protocol.errors import ConnectionLostError

from ..samples import entry

KEY = "0123456789abcdef" * 4


def test_it_tells_versions_state_packs_the_error_and_the_logs(runtime_folder: Path) -> None:
    runtime_folder.mkdir()
    lines = "\n".join(f"line {n} key {KEY} {Path.home()}/x" for n in range(100))
    (runtime_folder / "backend.log").write_text(lines)
    text = diagnostics_text(
        host="krita 5.2.9",
        version="0.1.0",
        state="lost",
        packs=[entry("starry-night")],
        error=ConnectionLostError(f"nothing at {Path.home()}/run"),
        more={"theme": "dark"},
    )
    for part in ("krita 5.2.9", "0.1.0", "lost", "starry-night 1.0.0", "ConnectionLostError"):
        assert part in text
    assert "theme: dark" in text and "line 99" in text and "line 59" not in text
    assert KEY not in text and str(Path.home()) not in text


def test_without_logs_it_still_works(runtime_folder: Path) -> None:
    assert "backend: idle" in diagnostics_text(host="x", version="1", state="idle")


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
def test_a_pipe_in_place_of_a_log_keeps_no_report_waiting(runtime_folder: Path) -> None:
    runtime_folder.mkdir()
    (runtime_folder / "backend.log").write_text("the last line\r\n")
    os.mkfifo(runtime_folder / "backend-start.log")
    text = diagnostics_text(host="x", version="1", state="idle")
    assert text.endswith("-- the end of backend.log\nthe last line\n")


def test_the_user_is_hidden_in_paths_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "style")
    text = redacted("Dynamic style: /mnt/style/pictures and C:\\Users\\style\\a")
    assert text == "Dynamic style: /mnt/<user>/pictures and C:\\Users\\<user>\\a"
