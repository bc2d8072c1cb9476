"""The plug-in's modules that need no display, in a package laid out as the installer does it. GIMP
is a stand-in.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .gimp_stand_in import LOOP, REPOSITORY

ROOT = Path(__file__).resolve().parents[2]
NAME = "dynamic_style_gimp"


class Plugin:
    """Its modules by their own names, in whichever room they are: plugin.dial_text."""

    def __init__(self, folder: Path) -> None:
        self._package = folder / NAME

    def __getattr__(self, name: str) -> Any:
        (path,) = self._package.rglob(f"{name}.py")
        inner = path.relative_to(self._package).with_suffix("")
        return importlib.import_module(".".join([NAME, *inner.parts]))


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plug-ins") / "dynamic-style"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "plugin_gimp/dynamic-style", folder, ignore=ignore)
    for carried in ("protocol", "plugin"):
        shutil.copytree(ROOT / "backend" / carried, folder / NAME / carried, ignore=ignore)
    return folder


@pytest.fixture(scope="session")
def plugin(plugin_folder: Path) -> Iterator[Plugin]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(plugin_folder))
        gi = ModuleType("gi")
        gi.repository = REPOSITORY  # type: ignore[attr-defined]
        patch.setitem(sys.modules, "gi", gi)
        patch.setitem(sys.modules, "gi.repository", REPOSITORY)  # type: ignore[arg-type]
        package: ModuleType = importlib.import_module(NAME)
        assert package.__file__ is not None
        assert Path(package.__file__).is_relative_to(plugin_folder)
        yield Plugin(plugin_folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def no_timers() -> Iterator[None]:
    """None is left by what came before, and none is left over."""
    LOOP.timers.clear()
    LOOP.waiting.clear()
    yield
    assert LOOP.timers == {}
