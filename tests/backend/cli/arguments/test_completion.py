"""Completion as somebody meets it who presses Tab in bash; other shells read their scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.cli.completion import SHELLS

from ..running_cli import run_here

Capture = pytest.CaptureFixture[bytes]

# What bash does for Tab: the words so far, the last one unfinished.
TAB = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
function=$(complete -p dynamic-style | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$function 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("sty", {"stylize"}),
        ("packs make-", {"make-catalog", "make-key"}),
        ("stylize --preci", {"--precision"}),
        ("stylize --engine o", {"openvino"}),
        ("stylize ph", {"photo.jpg", "photos"}),
        ("stylize photo.jpg out.png --pack ti", {"tiny"}),
        ("packs remove ti", {"tiny"}),
        ("completion z", {"zsh"}),
    ],
)
@pytest.mark.usefixtures("installed")
def test_tab_completes(
    capfdbinary: Capture, tmp_path: Path, typed: str, completed: set[str]
) -> None:
    script = tmp_path / "script"
    script.write_bytes(run_here(capfdbinary, "completion", "bash").stdout)
    here = tmp_path / "here"
    (here / "photos").mkdir(parents=True)
    (here / "photo.jpg").touch()
    program = tmp_path / "bin" / "dynamic-style"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dynamic_style.backend "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "--norc", "-c", TAB, "tab", str(script), "dynamic-style", *typed.split(" ")],
        capture_output=True,
        check=True,
        cwd=here,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        text=True,
        timeout=60,
    )
    assert set(done.stdout.split()) == completed


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_a_script_that_it_can_read(
    capfdbinary: Capture, tmp_path: Path, shell: str
) -> None:
    outcome = run_here(capfdbinary, "completion", shell)
    assert outcome.code == 0
    assert b"make-catalog" in outcome.stdout
    if shutil.which(shell) is not None:
        (tmp_path / "script").write_bytes(outcome.stdout)
        subprocess.run([shell, "-n", str(tmp_path / "script")], check=True, timeout=60)
