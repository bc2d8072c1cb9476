"""The plugins say the project's version."""

from __future__ import annotations

import re
from pathlib import Path

from dynamic_style.backend.plugin.version import PLUGIN_VERSION

ROOT = Path(__file__).resolve().parents[3]


def test_the_plugins_version_is_the_projects() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    assert found is not None and found[1] == PLUGIN_VERSION
