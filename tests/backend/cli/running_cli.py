"""Running the command line as a user does: in a process of its own, or in this one for speed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.cli.main import main

TIMEOUT_S = 100


@dataclass(frozen=True)
class Outcome:
    """stdout is bytes: it may be a picture."""

    code: int
    stdout: bytes
    stderr: str


def run_here(capfdbinary: pytest.CaptureFixture[bytes], *arguments: object) -> Outcome:
    """main() in this process."""
    capfdbinary.readouterr()
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as stopped:  # argparse, for wrong usage
        code = int(stopped.code or 0)
    sys.stdout.flush()
    out, err = capfdbinary.readouterr()
    return Outcome(code, out, err.decode())


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "dynamic_style.backend", *map(str, arguments)]


def run_apart(*arguments: object, stdin: bytes | Any = b"", cwd: Path | None = None) -> Outcome:
    """The program in a process of its own. stdin: bytes to send."""
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT_S,
        cwd=cwd,
        env=environment(),
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode())


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
