"""A home folder made up for a test, and the installer run in it by its command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from . import mini_checkout

INSTALLER = (sys.executable, "-m", "installer")
USERS_KRITARC = "[General]\ntheme=dark\n\n[python]\nenable_other=true\n"


def make(home: Path) -> Path:
    """A home in which Krita and GIMP 3.0 were started before; return it."""
    for name in (".local/share/krita/paintoppresets", ".config/GIMP/3.0/plug-ins/of-the-user"):
        (home / name).mkdir(parents=True)
    (home / ".config" / "kritarc").write_text(USERS_KRITARC)
    (home / ".config/GIMP/3.0/plug-ins/of-the-user/of-the-user.py").write_text("# mine\n")
    return home


def run(
    checkout: Path, home: Path, *arguments: str, **extra: str
) -> subprocess.CompletedProcess[str]:
    """`python -m installer ARGUMENTS` in the checkout, for the user whose home this is."""
    return run_command(checkout, home, [*INSTALLER, *arguments], extra)


def run_into(
    where: str, checkout: Path, home: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """The same with its output sent where the shell's words say; stderr ends in its exit code."""
    line = f'{{ sleep 0.3; "$@"; echo $? >&2; }} {where}'
    return run_command(checkout, home, ["sh", "-c", line, "sh", *INSTALLER, *arguments], {})


def run_command(
    checkout: Path, home: Path, command: list[str], extra: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "XDG_", "DYNAMIC_STYLE_", "GIMP"))
    }
    quiet = {"HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return subprocess.run(
        command,
        cwd=checkout,
        env={**kept, **quiet, "PATH": os.defpath, **extra},
        capture_output=True,
        encoding="utf-8",
        timeout=mini_checkout.TIMEOUT_S,
        check=False,
    )


def tree(folder: Path) -> dict[str, object]:
    """Every path below a folder with its content and permissions, to compare before and after."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink() or path.exists()
    }
