"""The plug-in's modules by the names that they have in Krita, over stand-ins for Krita and Qt.

The package is put together from the checkout without running its `__init__`, which registers with
Krita. The widgets are tested in the real one (tests/hosts), and so is that Krita is as it is here.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from . import krita_stand_in, qt_stand_in

ROOT = Path(__file__).resolve().parents[2]
NAME = "dynamic_style_krita"
FOLDERS = {
    NAME: ROOT / "plugin_krita" / NAME,
    f"{NAME}.protocol": ROOT / "backend/protocol",
    f"{NAME}.plugin": ROOT / "backend/plugin",
}


def _put_together() -> None:
    for name, folder in FOLDERS.items():
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, package)
    sys.modules[f"{NAME}.qt"] = qt_stand_in
    sys.modules["krita"] = krita_stand_in
    importlib.invalidate_caches()


if NAME not in sys.modules:
    _put_together()


@pytest.fixture(autouse=True)
def fresh_krita(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No picture is open, nothing is waited for, and nothing is remembered of the person's own."""
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "run"))
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path / "config"))
    krita_stand_in.Krita._instance = None
    qt_stand_in.QTimer.active.clear()
    yield
    qt_stand_in.QTimer.active.clear()
