"""The wheels that the installer needs for the light backend, in a folder of a root.

A light root has no torch, and no package of Debian's that the backend imports: as on most people's
machines all of that is to come by pip. What people have of an index, the root has of this folder,
which its own pip fills while the root is built; where the tests run there is no network.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from .online import Person, Surroundings, run_online
from .roots import RootError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).resolve().parents[3]
CONSTRAINTS = CHECKOUT / "installer/constraints.txt"
INNER_WHEELS = PurePosixPath("/wheels")
FROM_WHEELS = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(INNER_WHEELS)}
_TIMEOUT_S = 1200.0
_SHOWN_LINES = 15


def requirements() -> list[str]:
    """What pyproject.toml asks for, to build and to run."""
    told = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*told["build-system"]["requires"], *told["project"]["dependencies"]]


def constraints() -> list[str]:
    """The installer's, without the comments on them."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def download_wheels(root: Path, *, log: Path, report: Callable[[str], None]) -> None:
    """Fill the folder in a root that nobody uses yet. Raises RootError with pip's last words."""
    folder = root / INNER_WHEELS.relative_to("/")
    folder.mkdir()
    (folder / CONSTRAINTS.name).write_text("\n".join(constraints()), encoding="utf-8")
    line = shlex.join(
        (
            *("python3", "-m", "pip", "download", "--no-input", "--no-cache-dir"),
            *("--only-binary=:all:", f"--constraint={INNER_WHEELS / CONSTRAINTS.name}"),
            *(f"--dest={INNER_WHEELS}", *requirements()),
        )
    )
    report("downloading the wheels of the light backend")
    maker = Person(0, home=Path("/root"), folder=Path("/"))
    with log.open("a", encoding="utf-8") as file:
        status = run_online(
            root, line, by=maker, around=Surroundings(), timeout_s=_TIMEOUT_S, log=file
        )
    if status or not any(folder.glob("openvino-*.whl")):
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
        raise RootError(
            f"the light backend's wheels could not be had (exit status {status})\n"
            f"the end of {log}:\n  " + "\n  ".join(last)
        )
