"""What a plug-in consists of once it is installed: its own files, and those that it carries.

A host's Python has neither the project nor msgpack, so both plug-ins carry `protocol/`, `plugin/`
and, inside protocol, msgpack's pure-Python files; and `installer/`, that part of this installer
which sets the backend up from a panel. Paths are relative to the host's own folder:
Krita's resource folder, or GIMP's configuration folder of one version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import PluginError
from ..origin import GET_AGAIN, IS_INSTALLED, WHAT_IT_IS

KRITA = "krita"
GIMP = "gimp"
HOSTS = (KRITA, GIMP)
TITLES = {KRITA: "Krita", GIMP: "GIMP"}
KRITA_NAME = "dynamic_style_krita"
GIMP_NAME = "dynamic-style"
GIMP_PACKAGE = "dynamic_style_gimp"
GIMP_SCRIPT = f"{GIMP_NAME}.py"  # GIMP starts only a script that is called like its folder
VERSION_FILE = "backend/protocol/version.py"  # the one place that says it
CARRIED = ("protocol", "plugin")  # folders of backend/ that a plug-in carries
CARRIED_INSTALLER = (
    *("__init__.py", "atomic_file.py", "constraints.txt", "errors.py", "gpu.py", "lock.py"),
    *("origin.py", "plain_files.py", "preflight.py", "user_folders.py", "environment", "panel"),
)
# Git may have written these with Windows' line ends; a script's first line must not have them.
TEXT_SUFFIXES = {".py", ".desktop", ".action", ".html", ".svg", ".json", ".css"}
_SKIPPED_SUFFIXES = {".pyc", ".md", ".po", ".pot"}
_SKIPPED_FOLDERS = {"__pycache__", "msgpack"}


@dataclass(frozen=True)
class PluginFile:
    """path: relative to the host's folder, with forward slashes on every system."""

    path: PurePosixPath
    content: bytes
    is_executable: bool = False


def plugin_files(host: str, root: Path, msgpack: Mapping[str, bytes]) -> tuple[PluginFile, ...]:
    """All files of a host's plug-in, by path. root: a checkout, or an installed package, which has
    the same folders; msgpack: name to content. Raises PluginError if some are missing.
    """
    files = _krita_files(root, msgpack) if host == KRITA else _gimp_files(root, msgpack)
    return tuple(sorted(files, key=lambda file: file.path))


def project_version(root: Path) -> str:
    """The version that plug-ins made from here say. Raises PluginError."""
    text = _read(root, root / VERSION_FILE).decode()
    found = re.search(r'^VERSION = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise _incomplete(root, VERSION_FILE, "it names no version")
    return found[1]


def _krita_files(root: Path, msgpack: Mapping[str, bytes]) -> Iterator[PluginFile]:
    source = root / "plugin_krita"
    scripts = PurePosixPath("pykrita")
    for name, folder in ((f"{KRITA_NAME}.desktop", "pykrita"), (f"{KRITA_NAME}.action", "actions")):
        yield PluginFile(PurePosixPath(folder, name), _read(root, source / name))
    package = scripts / KRITA_NAME
    yield from _folder(root, source / KRITA_NAME, package, needed="__init__.py")
    yield from _carried(root, package, msgpack)


def _gimp_files(root: Path, msgpack: Mapping[str, bytes]) -> Iterator[PluginFile]:
    source = root / "plugin_gimp" / GIMP_NAME
    target = PurePosixPath("plug-ins", GIMP_NAME)
    for file in _folder(root, source, target, needed=GIMP_SCRIPT):
        yield PluginFile(file.path, file.content, is_executable=file.path.name == GIMP_SCRIPT)
    yield from _carried(root, target / GIMP_PACKAGE, msgpack)


def _carried(
    root: Path, package: PurePosixPath, msgpack: Mapping[str, bytes]
) -> Iterator[PluginFile]:
    for name in CARRIED:
        yield from _folder(root, root / "backend" / name, package / name, needed="__init__.py")
    for name in CARRIED_INSTALLER:
        path = root / "installer" / name
        if path.is_dir():
            yield from _folder(root, path, package / "installer" / name, needed="__init__.py")
        else:
            yield PluginFile(package / "installer" / name, _read(root, path))
    for name, content in msgpack.items():
        yield PluginFile(package / "protocol" / "msgpack" / name, content)
    yield PluginFile(package / "LICENSE", _read(root, _licence(root)))


def _licence(root: Path) -> Path:
    """A checkout's; or that of the installed package, which lies with what describes it."""
    described = sorted(root.parent.glob("dynamic_style-*.dist-info/licenses/LICENSE"))
    return next(iter(described), root / "LICENSE") if IS_INSTALLED else root / "LICENSE"


def _folder(
    root: Path, source: Path, target: PurePosixPath, *, needed: str
) -> Iterator[PluginFile]:
    if not (source / needed).is_file():
        raise _incomplete(root, str((source / needed).relative_to(root)), "it is not there")
    for path in sorted(source.rglob("*")):
        inner = path.relative_to(source)
        hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in inner.parts)
        if hidden or path.suffix in _SKIPPED_SUFFIXES or not path.is_file():
            continue
        yield PluginFile(target.joinpath(*inner.parts), _read(root, path))


def _read(root: Path, path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _incomplete(root, str(path.relative_to(root)), str(error.strerror)) from error
    return content.replace(b"\r\n", b"\n") if path.suffix in TEXT_SUFFIXES else content


def _incomplete(root: Path, name: str, why: str) -> PluginError:
    return PluginError(
        f"{root} is no complete {WHAT_IT_IS}: {name} cannot be read ({why}).\n{GET_AGAIN}."
    )
