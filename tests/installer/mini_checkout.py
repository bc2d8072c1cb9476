"""A checkout in small: the real installer beside a project that installs in a second.

It is a stand-in only for what would be downloaded: venv, pip and the installer are the real ones.
Its `dynamic-style` answers from files, its `pytest` prints its arguments and ends with code 3.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import installer

INSTALLER = Path(installer.__file__).parent
TIMEOUT_S = 240  # making a venv takes 3 s, but 80 s were seen on a machine kept busy by training
TEST_TIMEOUT_S = 600

PYPROJECT = """\
[build-system]
requires = []
build-backend = "mini_build"
backend-path = ["."]
# needs torch; extra == "torch"
# needs torch; extra == "training"

[dependency-groups]
dev = []
"""

# PEP 660 in the standard library: no build tools to download
BUILD = """\
import pathlib, zipfile

INFO = "dynamic_style-0.0.0.dist-info"

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    here = pathlib.Path.cwd()
    needs = [line.partition("needs ")[2] for line in
             (here / "pyproject.toml").read_text().splitlines() if line.startswith("# needs ")]
    files = {
        "mini.pth": f"{here}\\n",
        f"{INFO}/METADATA": "Metadata-Version: 2.1\\nName: dynamic-style\\nVersion: 0.0.0\\n"
        + "".join(f"Provides-Extra: {extra}\\n" for extra in ("torch", "training"))
        + "".join(f"Requires-Dist: {need}\\n" for need in needs),
        f"{INFO}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{INFO}/entry_points.txt": "[console_scripts]\\ndynamic-style = mini_program:main\\n",
    }
    name = "dynamic_style-0.0.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{INFO}/RECORD", "".join(f"{path},,\\n" for path in files))
    return name
"""

PROGRAM = """\
import pathlib, shutil, sys

def main():
    here = pathlib.Path(__file__).parent
    command, *rest = sys.argv[1:]
    if command == "packs":
        print((here / "packs.json").read_text())
    elif (here / "broken").exists():
        sys.exit("error: the pack is broken")
    elif not (here / "lazy").exists():
        shutil.copy(rest[0], rest[1])
"""

PYTEST = """\
import sys

print("pytest got", sys.argv[1:])
sys.exit(3)
"""


def make(root: Path) -> Path:
    """Lay the mini checkout down in the folder `root` and return it."""
    files = {
        "pyproject.toml": PYPROJECT,
        "mini_build.py": BUILD,
        "mini_program.py": PROGRAM,
        "pytest.py": PYTEST,
        "packs.json": '{"packs": []}',
    }
    shutil.copytree(INSTALLER, root / "installer", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def variables(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without the machine's pip settings, so that nothing is fetched."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", **extra}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "installer", *arguments]


def run(
    root: Path, *arguments: str, python: Sequence[str] = (), **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m installer` in the checkout; `python` replaces that start of the command."""
    return subprocess.run(
        [*python, *arguments] if python else command(*arguments),
        cwd=root,
        env=variables(extra),
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )
