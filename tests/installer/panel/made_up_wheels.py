"""Wheels as an index has them, made in a moment: a Dynamic Style whose installer is real and whose
backend is a stand-in, and the msgpack that it needs.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from installer.plugins.sources import CARRIED_INSTALLER

from .. import mini_installation, stand_in_backend
from ..plugins import plugin_checkout

ROOT = Path(__file__).resolve().parents[3]
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
SET_UP = """
if sys.argv[1:2] == ["setup"]:
    from dynamic_style.installer.cli import main
    sys.exit(main(sys.argv[2:]))
"""


def make_wheels(folder: Path, scratch: Path, *, version: str = plugin_checkout.VERSION) -> Path:
    """Fill the folder, which is made, with both wheels; return it."""
    environment = scratch / f"environment-{version}"
    mini_installation.make(environment, scratch / f"scratch-{version}", version=version)
    site = stand_in_backend.site_packages(environment)
    main = site / "dynamic_style/backend/__main__.py"
    main.write_text(main.read_text() + SET_UP)
    (described,) = site.glob("dynamic_style-*.dist-info/METADATA")
    described.write_text(described.read_text() + "Requires-Dist: msgpack\n")
    (packaged,) = site.glob("msgpack-*.dist-info")
    folder.mkdir(exist_ok=True)
    _pack(folder, site, f"dynamic_style-{version}", leaves=("msgpack", packaged.name))
    _pack(folder, site, packaged.name.removesuffix(".dist-info"), takes=("msgpack", packaged.name))
    return folder


def make_carrier(folder: Path) -> Path:
    """What a plug-in has of the installer; return the folder, which is made."""
    for name in CARRIED_INSTALLER:
        source, target = ROOT / "installer" / name, folder / "installer" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    return folder


def _pack(
    folder: Path,
    site: Path,
    name: str,
    *,
    takes: tuple[str, ...] = (),
    leaves: tuple[str, ...] = (),
) -> None:
    described = f"{name}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        records = []
        for path in sorted(site.rglob("*")):
            inner = path.relative_to(site)
            top = inner.parts[0]
            if path.is_dir() or "__pycache__" in inner.parts or inner.name == "RECORD":
                continue
            if (takes and top not in takes) or top in leaves:
                continue
            archive.write(path, str(inner))
            records.append(f"{inner.as_posix()},,")
        archive.writestr(f"{described}/WHEEL", WHEEL)
        records += [f"{described}/WHEEL,,", f"{described}/RECORD,,"]
        if name.startswith("dynamic_style"):
            entry = "[console_scripts]\ndynamic-style = dynamic_style.installer.cli:main\n"
            archive.writestr(f"{described}/entry_points.txt", entry)
        archive.writestr(f"{described}/RECORD", "\n".join(records) + "\n")
