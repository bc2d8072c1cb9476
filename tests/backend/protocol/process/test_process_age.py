"""A process is known by its number and by when it began."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from dynamic_style.backend.protocol.process import process_age
from dynamic_style.backend.protocol.process.process_age import is_running, process_began


def test_the_time_is_that_of_psutil() -> None:
    began = process_began(os.getpid())
    assert began == pytest.approx(psutil.Process().create_time(), abs=process_age.SLACK_S)


def test_another_process_of_the_same_number_is_told_apart() -> None:
    began = psutil.Process().create_time()
    assert is_running(os.getpid(), began)
    assert not is_running(os.getpid(), began - 60)


def test_a_process_that_has_ended_does_not_run_even_as_a_zombie() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()  # until it has ended; nobody has waited for it yet
        end_s = time.monotonic() + 30
        while process_began(process.pid) is not None and time.monotonic() < end_s:
            time.sleep(0.01)
        assert process_began(process.pid) is None
    assert process_began(process.pid) is None
    assert process_began(0) is None


@pytest.mark.parametrize(
    ("printed", "age_s"),
    [("S    00:07\n", 7), ("Ss+  01:02:03\n", 3723), ("R 2-00:00:01\n", 172801), ("Z 00:07", None)],
)
def test_what_ps_prints_where_there_is_no_proc(
    printed: str, age_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ps is not everywhere, and macOS is not here: its words stand in for it."""

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, printed, "")

    monkeypatch.setattr(process_age.subprocess, "run", run)
    began = process_age._by_ps(7)
    assert (began is None) == (age_s is None)
    if began is not None and age_s is not None:
        assert time.time() - began == pytest.approx(age_s, abs=5)
