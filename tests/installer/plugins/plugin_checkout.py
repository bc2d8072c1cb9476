"""A checkout with the installer, the real protocol folder, and plug-ins of a few lines.

The plug-ins are stand-ins: what the installer does with files does not depend on what is in them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from dynamic_style.backend import protocol
from installer.plugins.msgpack_files import find_msgpack
from installer.plugins.sources import VERSION_FILE

from .. import mini_checkout

VERSION = "0.7.0"
DESKTOP = """\
[Desktop Entry]
Type=Service
ServiceTypes=Krita/PythonPlugin
X-KDE-Library=dynamic_style_krita
X-Krita-Manual=manual.html
Name=Dynamic Style
Comment=Style transfer
"""
SCRIPT = "#!/usr/bin/env python3\nfrom dynamic_style_gimp import entry\n"
FILES = {
    "LICENSE": "the licence\n",
    "README.md": "read me\n",
    "backend/plugin/__init__.py": "",
    "backend/plugin/worker.py": "from ..protocol.messages import StylizeRun\n",
    "plugin_krita/dynamic_style_krita.desktop": DESKTOP,
    "plugin_krita/dynamic_style_krita.action": "<ActionCollection/>\n",
    "plugin_krita/dynamic_style_krita/__init__.py": "from .plugin.worker import StylizeRun\n",
    "plugin_krita/dynamic_style_krita/manual.html": "<p>manual</p>\n",
    "plugin_krita/dynamic_style_krita/icons/dark.svg": "<svg/>\n",
    "plugin_gimp/dynamic-style/dynamic-style.py": SCRIPT,
    "plugin_gimp/dynamic-style/dynamic_style_gimp/__init__.py": "",
    "plugin_gimp/dynamic-style/dynamic_style_gimp/entry.py": "from .plugin import worker\n",
}


def make(root: Path, *, version: str = VERSION) -> Path:
    """Lay the checkout down in the folder `root` and return it."""
    mini_checkout.make(root)
    shutil.copytree(
        Path(protocol.__file__).parent,
        root / "backend" / "protocol",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="")
    set_version(root, version)
    return root


def set_version(root: Path, version: str) -> None:
    (root / VERSION_FILE).write_text(f'VERSION = "{version}"\n', encoding="utf-8")


def msgpack_files() -> dict[str, bytes]:
    """msgpack's files as this interpreter has them."""
    return dict(find_msgpack([Path(sys.executable)]).files)
