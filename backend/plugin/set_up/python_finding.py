"""Finds a Python that can make the backend's environment: a host's own is often none that could be
started, or one without what that takes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ...protocol.errors import BackendError
from ...protocol.process.detached import clean_environment
from ..translations import tr

OLDEST, NEWEST = (3, 10), (3, 14)  # that the backend's packages have builds for
PYTHON_PAGE = "https://www.python.org/downloads/"
USUAL = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")  # a host may have a short PATH
_PROBE_S = 20.0
_PROBE = (
    "import json, struct, sys; from importlib.util import find_spec as f; print(json.dumps("
    "[*sys.version_info[:2], struct.calcsize('P') * 8, bool(f('venv') and f('ensurepip'))]))"
)


def find_python() -> Path:
    """The newest Python that fits, one that can make environments before all others. Raises
    BackendError, which says where to get one, where there is none.
    """
    found = []
    for path in dict.fromkeys(_candidates()):
        facts = _probe(path)
        if facts is None:
            continue
        major, minor, bits, makes_environments = facts
        if OLDEST <= (major, minor) <= NEWEST and bits == 64:
            found.append((bool(makes_environments), (major, minor), path))
    if not found:
        raise BackendError(_no_python())
    return max(found, key=lambda one: one[:2])[2]


def _candidates() -> Iterator[Path]:
    named = os.environ.get("DYNAMIC_STYLE_PYTHON")
    if named:
        yield Path(named)
        return
    versions = [f"{OLDEST[0]}.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    if sys.platform == "win32":
        programs = Path(os.environ.get("LOCALAPPDATA", ""), "Programs", "Python")
        for version in versions:
            yield from programs.glob(f"Python{version.replace('.', '')}*/python.exe")
    names = ["python3", "python", *(f"python{version}" for version in versions)]
    path = clean_environment().get("PATH", os.defpath)
    for folder in (path, *USUAL):
        for name in names:
            program = shutil.which(name, path=folder)
            # the stub in WindowsApps opens a shop
            if program and "WindowsApps" not in program:
                yield Path(program)


def _probe(python: Path) -> list[int] | None:
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=clean_environment(),
            timeout=_PROBE_S,
            check=False,
        )
        facts = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return facts if isinstance(facts, list) and len(facts) == 4 else None


def _no_python() -> str:
    oldest, newest = (".".join(map(str, pair)) for pair in (OLDEST, NEWEST))
    texts = {
        "linux": tr(
            "Setting up needs Python {oldest} to {newest}, and there is none on this computer; "
            "install the package python3 (on Debian and Ubuntu python3 and python3-venv) with your "
            "system's software centre, then try again"
        )
    }
    other = tr(
        "Setting up needs Python {oldest} to {newest}, 64 bit, and there is none on this computer; "
        "get it from {page}, then try again"
    )
    text = texts.get(sys.platform, other)
    return text.format(oldest=oldest, newest=newest, page=PYTHON_PAGE)
