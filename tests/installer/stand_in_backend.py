"""A Python in which the backend seems to be installed, made in a moment.

It stands in for what takes long to import and longer to install, without PyTorch. Its modules are
empty, except msgpack, which is real, and a backend that answers the commands that the installer
gives it. Real backends are tried in the real hosts' systems.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import venv
from pathlib import Path

import msgpack

from installer.environment.interpreter_check import REQUIRED
from installer.plugins.msgpack_files import find_msgpack

PROGRAM = """\
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "asked.txt", "a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
answer = here / ("-".join(word for word in sys.argv[1:] if word != "--json") + ".json")
if answer.exists():
    print(answer.read_text())
"""
INFO = '{"ok": true, "default_device": "cpu", "engine": "openvino", "precision": "float32"}'
PACKS = '{"ok": true, "packs": [{"id": "starry-night", "ok": true}]}'


def make(folder: Path, *, version: str) -> Path:
    """Make the environment in `folder` and return its interpreter."""
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    site = site_packages(folder)
    fill(site, version=version)
    return Path(sysconfig.get_path("scripts", vars={"base": str(folder)})) / "python"


def site_packages(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))


def backend_folder(folder: Path) -> Path:
    """Where the backend of an environment lies: asked.txt there lists what it was asked."""
    return site_packages(folder) / "dynamic_style" / "backend"


def fill(site: Path, *, version: str) -> None:
    """Put the stand-ins into a folder of packages."""
    for module in ("openvino", *(module for module, _ in REQUIRED.values())):
        if module not in ("msgpack", "torch"):
            (site / f"{module}.py").touch()
    shutil.copytree(
        Path(msgpack.__file__).parent, site / "msgpack", ignore=shutil.ignore_patterns("*.so")
    )
    real = find_msgpack([Path(sys.executable)])
    _distribution(site, "msgpack", real.version)
    (site / f"msgpack-{real.version}.dist-info" / "COPYING").write_bytes(real.files["COPYING"])
    backend = site / "dynamic_style" / "backend"
    (backend / "server").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "server/__init__.py": "",
        "server/server.py": "",
        "__main__.py": PROGRAM,
        "info.json": INFO,
        "packs-list.json": PACKS,
    }.items():
        (backend / name).write_text(text)
    (backend.parent / "weights").mkdir()
    _distribution(site, "dynamic_style", version)


def _distribution(site: Path, name: str, version: str) -> None:
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text(f"{info.name}/COPYING,,\n{info.name}/METADATA,,\n")
