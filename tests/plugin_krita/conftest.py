"""The plug-in's modules that need neither Krita nor Qt, by the names that they have in Krita.

The package is put together from the checkout without running its `__init__`, which registers with
Krita. What needs Krita is tested in the real one (tests/hosts).
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

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
    importlib.invalidate_caches()


if NAME not in sys.modules:
    _put_together()
