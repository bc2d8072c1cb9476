"""A training without PyTorch says what adds it, and does nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# PyTorch is here, so the command is given an interpreter that does not find it.
CODE = """
import sys
sys.modules["torch"] = None
from dynamic_style.training.__main__ import main
sys.argv[0] = "dynamic-style-train"
sys.exit(main())
"""


@pytest.mark.parametrize("arguments", [("new", "p.jpg", "--photos", "."), ("--help",)])
def test_the_way_out_is_told_with_the_exit_code_of_a_missing_device(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 5
    assert "dynamic-style-train: error: PyTorch, which trainings run on, is not" in done.stderr
    assert "To add it, " in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
