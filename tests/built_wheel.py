"""Builds the wheel and the source distribution, without the network and beside the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from installer.environment.child_environment import clean_environment

ROOT = Path(__file__).resolve().parent.parent
FIXED_TIME = "1735689600"  # of the files in an archive: the same content is then the same bytes
TIMEOUT_S = 600
NOT_COPIED = shutil.ignore_patterns(
    "__pycache__", ".*", "*.pyc", "*.egg-info", "build", "dist", "demo", "output"
)


class BuildError(Exception):
    """What `build` said when it failed."""


def copy_checkout(to: Path) -> Path:
    """A copy to build from, since setuptools leaves its own files there; `to` must not exist."""
    shutil.copytree(ROOT, to, ignore=NOT_COPIED)
    return to


def build(source: Path, out: Path, kind: str, *, made_at: str = FIXED_TIME) -> Path:
    """kind: --wheel or --sdist. made_at: the time of all files in it, in seconds since 1970.
    Raises BuildError.
    """
    done = subprocess.run(
        [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(out)],
        cwd=source,
        env={**clean_environment(), "SOURCE_DATE_EPOCH": made_at},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{kind[2:]} cannot be built:\n{done.stdout}{done.stderr}")
    (path,) = out.iterdir()
    return path
