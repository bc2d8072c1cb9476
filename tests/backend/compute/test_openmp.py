"""Threads that wait for each other sleep, in every process of ours, as OpenMP itself reports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from dynamic_style.backend.cli.main import main
from dynamic_style.backend.protocol.process.launch import connect_or_start

COMMANDS = {
    "dynamic-style": ("dynamic_style.backend", "info"),
    "dynamic-style-train": ("dynamic_style.training", "evaluate", "no-such-pack", "--data", "."),
}


@pytest.fixture(autouse=True)
def reporting(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenMP prints its settings while PyTorch is loaded; these tests' process sets none."""
    monkeypatch.setenv("OMP_DISPLAY_ENV", "VERBOSE")
    monkeypatch.delenv("OMP_WAIT_POLICY")


def policy(report: str) -> str:
    """GNU's and LLVM's runtimes print it in almost the same way."""
    (line,) = (line for line in report.splitlines() if "OMP_WAIT_POLICY" in line)
    return line.partition("=")[2].strip(" '")


def reported_by(command: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=100, check=False
    )
    return policy(done.stderr)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_waiting_threads_sleep(command: Sequence[str]) -> None:
    assert reported_by(command) == "PASSIVE"


def test_a_users_own_choice_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert reported_by(COMMANDS["dynamic-style"]) == "ACTIVE"


@pytest.mark.skipif(sys.platform == "win32", reason="starts the backend as the POSIX tests do")
def test_waiting_threads_sleep_in_a_backend_that_a_host_has_started(
    runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_ENGINE", "torch")
    with connect_or_start(host="test", version="1", interpreter=Path(sys.executable)) as client:
        client.hello()
    assert main(["stop"]) == 0
    assert policy((runtime_folder / "backend-start.log").read_text()) == "PASSIVE"
