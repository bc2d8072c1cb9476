"""A panel that meets a backend of another version: the one that was running when both were updated,
or the one that is installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dynamic_style.backend.plugin.errors.error_actions import message_for
from dynamic_style.backend.plugin.events import PacksListed, RunFailed
from dynamic_style.backend.plugin.worker import Worker
from dynamic_style.backend.protocol.process.connection_file import read_connection

from ...servers import ticks
from ..conftest import kill_backend
from ..test_worker import Heard

# The real backend, but for a field of its answers that it does not know yet.
OLDER = """
from dynamic_style.backend.protocol import schema

fields_of = schema.wire_fields
schema.wire_fields = lambda hint: {
    name: kind
    for name, kind in fields_of(hint).items()
    if (hint.__name__, name) != ("PackEntry", "width")
}

from dynamic_style.backend.cli.main import main

main(["serve"])
"""
TOLD = "The backend that runs and this plug-in are of different versions."


def test_an_older_backend_that_still_runs_is_told_and_restarted(
    installed: Path, worker: Worker
) -> None:
    heard = Heard(worker)
    with subprocess.Popen([sys.executable, "-c", OLDER]) as older:
        try:
            for _ in ticks(90):
                if read_connection() is not None:
                    break
            worker.list_packs()
            failed = heard.wait(RunFailed)
            assert message_for(failed.error) == TOLD
            assert failed.remedy.text == "Restart the backend"
            worker.restart()
            worker.list_packs()
            assert heard.wait(PacksListed).packs
            assert len(heard.of(RunFailed)) == 1
            assert older.wait(20) == 0
        finally:
            older.kill()


def test_an_older_backend_that_is_installed_has_to_be_updated(
    installed: Path, tmp_path: Path
) -> None:
    program = tmp_path / "older.py"
    program.write_text(OLDER, encoding="utf-8")
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{program}'\n", encoding="utf-8")
    python.chmod(0o755)
    worker = Worker(host="test", version="1", interpreter=python)
    heard = Heard(worker)
    try:
        for count in (1, 2):
            worker.list_packs()
            failed = heard.wait(RunFailed, count=count)
            assert message_for(failed.error) == TOLD
            assert failed.remedy.text == "Update…"
    finally:
        worker.close(timeout_s=20)
        kill_backend()
