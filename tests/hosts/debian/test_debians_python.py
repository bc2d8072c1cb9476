"""The protocol and the panels' shared code under Debian's newest Python, with Debian's packages.

Krita and GIMP run the plug-ins in Debian's Python (3.13 in trixie, 3.14 in forky), and people who
install with --system-packages run the backend in it. The development environment has an older one.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..desk import open_session
from ..one_root import ON_TORCH
from .inside import INNER_CHECKOUT, INNER_HOME, Session
from .roots import Root

ENVIRONMENT = INNER_HOME / ".local/share/dynamic-style/environment"
PYTHONS = {"trixie": "3.13", "forky": "3.14"}
SUITES = (  # run side by side: much of both is waiting
    ("tests/backend/protocol/process",),
    ("tests/backend/protocol", "--ignore=tests/backend/protocol/process", "tests/backend/plugin"),
)
# What looks for inputs, which are the same in any Python; and what starts a backend again and
# again, which takes torch seconds each time: the hosts kill, restart and outlive backends, too.
LEFT_OUT = ("*_fuzz.py", "*/test_catalogs.py", "*/test_worker.py", "*/test_other_versions.py")
LIMIT_S = 1100.0  # several times what it takes where nothing else runs


def test_the_root_has_the_python_that_this_is_about(root: Root) -> None:
    assert root.versions()["python3"].startswith(PYTHONS[root.suite])


@ON_TORCH
@pytest.mark.timeout(1200)
def test_suites_pass(root: Root, installed_home: Path) -> None:
    """Run by the environment that the installer made: the installed copy is what is tested."""
    with open_session(root, home=installed_home) as session, ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda suite: run_suite(session, *suite), SUITES))
    assert sum(told) > 900


def run_suite(session: Session, *arguments: str) -> int:
    """How many tests have passed; none may fail or be skipped."""
    done = session.run(
        *(ENVIRONMENT / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *(f"--ignore-glob={pattern}" for pattern in LEFT_OUT),
        *arguments,
        cwd=INNER_CHECKOUT,  # read-only, so hypothesis gets another place for what it found
        env={"HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis", "OMP_NUM_THREADS": "1"},
        timeout_s=LIMIT_S,
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout
    assert "skipped" not in done.stdout, done.stdout
    return int(passed[1])
