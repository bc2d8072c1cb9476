"""One file says the version; whoever tells it has read it there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.version import VERSION
from installer.plugins.sources import HOSTS, VERSION_FILE, plugin_files, project_version

from .test_layout import CODE_FOLDERS

ROOT = Path(__file__).resolve().parent.parent


def test_no_other_file_says_it() -> None:
    files = [ROOT / "pyproject.toml", *(p for f in CODE_FOLDERS for p in (ROOT / f).rglob("*.py"))]
    saying = [path for path in files if f'"{VERSION}"' in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in saying] == [VERSION_FILE]


def test_the_installer_and_the_command_line_say_it() -> None:
    assert project_version(ROOT) == VERSION
    done = subprocess.run(
        [sys.executable, "-m", "dynamic_style.backend", "--version"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stdout == f"dynamic-style {VERSION}\n"


@pytest.mark.parametrize("host", HOSTS)
def test_each_plug_in_carries_it(host: str) -> None:
    files = {str(file.path): file.content for file in plugin_files(host, ROOT, {})}
    (carried,) = [text for name, text in files.items() if name.endswith("/protocol/version.py")]
    assert carried == (ROOT / VERSION_FILE).read_bytes()
