"""The plug-in's modules that need no GIMP, in a package laid out as the installer does it."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "dynamic_style_gimp"
CARRIED = {
    **dict.fromkeys(("errors", "messages", "pixels"), "protocol."),
    "launch": "protocol.process.",
    **dict.fromkeys(("hole_context", "recipe"), "plugin."),
}


class Plugin:
    """Its modules by name: plugin.arguments, plugin.errors."""

    def __getattr__(self, name: str) -> Any:
        return importlib.import_module(f"{NAME}.{CARRIED.get(name, '')}{name}")


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
        package: ModuleType = importlib.import_module(NAME)
        assert package.__file__ is not None
        assert Path(package.__file__).is_relative_to(plugin_folder)
        yield Plugin()
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]
