"""An installed Dynamic Style in small: the real installer in an environment that was made for it.

Its backend is a stand-in and its plug-ins are of a few lines, as in `plugins.plugin_checkout`, and
lie where a wheel puts them. A real wheel is tried in tests/test_wheel.py.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from installer.plugins.sources import VERSION_FILE

from . import made_up_home, stand_in_backend
from .plugins import plugin_checkout

SETUP = "import sys; from dynamic_style.installer.cli import main; sys.exit(main(sys.argv[1:]))"
FOLDERS = ("backend/plugin", "backend/protocol", "installer", "plugin_gimp", "plugin_krita")


def make(folder: Path, scratch: Path, *, version: str = plugin_checkout.VERSION) -> Path:
    """Install it into the new environment `folder`, made by nobody's tool; return its Python."""
    python = stand_in_backend.make(folder, version=version)
    checkout = plugin_checkout.make(scratch / "checkout", version=version)
    package = package_folder(folder)
    for name in FOLDERS:
        shutil.copytree(checkout / name, package / name)
    licences = package.parent / f"dynamic_style-{version}.dist-info" / "licenses"
    licences.mkdir()
    shutil.copy(checkout / "LICENSE", licences)
    return python


def package_folder(folder: Path) -> Path:
    """Where an environment has the package."""
    return stand_in_backend.site_packages(folder) / "dynamic_style"


def update(folder: Path, version: str) -> None:
    """What `pipx upgrade` does, as far as it can be seen."""
    (package_folder(folder) / VERSION_FILE).write_text(f'VERSION = "{version}"\n')
    for info in package_folder(folder).parent.glob("dynamic_style-*.dist-info/METADATA"):
        info.write_text(f"Metadata-Version: 2.1\nName: dynamic_style\nVersion: {version}\n")


def setup(
    python: Path, home: Path, *arguments: str, **extra: str
) -> subprocess.CompletedProcess[str]:
    """`dynamic-style setup ARGUMENTS`, for the user whose home this is."""
    command = [str(python), "-I", "-c", SETUP, *arguments]
    return made_up_home.run_command(home, home, command, extra)
