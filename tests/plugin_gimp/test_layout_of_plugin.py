"""What GIMP and the hosts' Pythons demand of the plug-in's files."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from .conftest import ROOT

FOLDER = ROOT / "plugin_gimp/dynamic-style"
SOURCES = sorted(FOLDER.rglob("*.py"))
NEED_A_DISPLAY = {"GimpUi", "Gtk", "Gdk", "GdkPixbuf"}


def test_gimp_finds_an_executable_of_the_folders_name() -> None:
    script = FOLDER / "dynamic-style.py"
    assert os.access(script, os.X_OK)
    text = script.read_bytes()
    assert text.startswith(b"#!/usr/bin/env python3\n") and b"\r" not in text
    assert len(text.splitlines()) < 20


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_syntax_is_that_of_python_3_10(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_a_script_without_a_display_loads_nothing_that_needs_one() -> None:
    """From the plug-in's main module on, imports at the top of modules lead to no Gtk."""
    package = FOLDER / "dynamic_style_gimp"
    seen: set[Path] = set()
    waiting = [package / "entry.py"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                origin = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                waiting.append(origin.with_suffix(".py"))
                waiting += [origin / f"{alias.name}.py" for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module == "gi.repository":
                assert not NEED_A_DISPLAY & {alias.name for alias in node.names}, path
    names = {path.relative_to(package).as_posix() for path in seen}
    assert {"procedures/run_modes.py", "layers/placing.py", "layers/reading.py"} <= names
