"""Finds every place where Krita or GIMP 3 looks for plug-ins, however the program was installed.

A host that was started has its folder, and that is what counts. One that is installed and was never
started gets its folder made, where that does no harm: Krita takes it as it is, but a GIMP that
finds its folder does not take over the settings of an older GIMP any more. What can't be had is
told in `Search.missed`, in words for the user.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..user_folders import MAC, WINDOWS, Computer
from . import kritarc
from .sources import GIMP, KRITA

KRITA_FLATPAK = "org.kde.krita"
GIMP_FLATPAK = "org.gimp.GIMP"
_GIMP_3 = re.compile(r"3\.\d+")
OLD_GIMPS = ("2.10", "2.8")  # as their programs are called
_GIMP_PROGRAM = re.compile(r"gimp(?:-console)?-(3\.\d+)(?:\.exe)?", re.IGNORECASE)
# Where people keep AppImages: they can lie anywhere, and nothing records where.
_APPIMAGE_FOLDERS = ("", "Applications", "AppImages", "Desktop", "Downloads", "bin", ".local/bin")


@dataclass(frozen=True)
class Place:
    """One folder for plug-ins. folder: Krita's resource folder, or GIMP's configuration folder of
    one version. kritarc: Krita's settings file. exists: whether the host has made the folder.
    """

    host: str
    title: str
    folder: Path
    kritarc: Path | None
    exists: bool

    @property
    def is_sandboxed(self) -> bool:
        """Whether the host sees another system's Python than the one that the backend needs."""
        return self.title.endswith(("(Flatpak)", "(Snap)"))


@dataclass(frozen=True)
class Search:
    """missed: what was looked for and cannot be used, one sentence each."""

    places: tuple[Place, ...]
    missed: tuple[str, ...]


def find_places(host: str, computer: Computer) -> Search:
    """Every place of a host on the computer."""
    found = list(_krita(computer) if host == KRITA else _gimp(computer))
    places: dict[Path, Place] = {}
    for entry in found:
        if isinstance(entry, Place):  # the same folder can be reached by two ways
            places.setdefault(entry.folder, entry)
    return Search(
        places=tuple(places.values()),
        missed=tuple(entry for entry in found if isinstance(entry, str)),
    )


def _krita(computer: Computer) -> Iterator[Place | str]:
    if computer.platform == WINDOWS:
        local = computer.local_app_data
        native = _krita_place("Krita", computer.app_data / "krita", local / "kritarc")
        packages = [path / "LocalCache" for path in _glob(local / "Packages", "*Krita*")]
        for cache in packages:
            store = _krita_place(
                "Krita (Microsoft Store)", cache / "Roaming" / "krita", cache / "Local" / "kritarc"
            )
            if store.exists:
                yield store
    elif computer.platform == MAC:
        native = _krita_place(
            "Krita",
            computer.application_support / "krita",
            computer.home / "Library" / "Preferences" / "kritarc",
        )
    else:
        data = computer.named_folder("XDG_DATA_HOME", computer.home / ".local" / "share")
        config = computer.named_folder("XDG_CONFIG_HOME", computer.home / ".config")
        native = _krita_place("Krita", data / "krita", config / "kritarc")
    if native.exists or _is_krita_installed(computer):
        yield native
    else:
        yield f"Krita: no program was found, and no folder {native.folder}"
    if computer.platform in (WINDOWS, MAC):
        return
    flatpak = computer.home / ".var" / "app" / KRITA_FLATPAK
    place = _krita_place(
        "Krita (Flatpak)", flatpak / "data" / "krita", flatpak / "config" / "kritarc"
    )
    if place.exists or _is_flatpak_installed(computer, KRITA_FLATPAK):
        yield place
    snap = computer.home / "snap" / "krita" / "current"
    if snap.is_dir():
        yield _krita_place(
            "Krita (Snap)", snap / ".local" / "share" / "krita", snap / ".config" / "kritarc"
        )
    elif (computer.system / "snap" / "krita").is_dir():
        yield "Krita (Snap) was never started: start it once, then run this again"


def _krita_place(title: str, folder: Path, settings: Path) -> Place:
    """The place as Krita's settings have it: its users can move the resource folder."""
    moved = kritarc.resource_folder(settings)
    if moved is not None and moved.is_dir():
        folder = moved
    exists = folder.is_dir() or settings.is_file()
    return Place(KRITA, title, folder, settings, exists)


def _is_krita_installed(computer: Computer) -> bool:
    if computer.platform == WINDOWS:
        return any(_glob(folder, "Krita*/bin/krita.exe") for folder in _program_files(computer))
    if computer.platform == MAC:
        return any((folder / "krita.app").is_dir() for folder in _mac_applications(computer))
    return computer.program("krita") is not None or _has_appimage(computer, "krita")


def _gimp(computer: Computer) -> Iterator[Place | str]:
    named = computer.variables.get("GIMP3_DIRECTORY")
    if named:
        yield _gimp_place("GIMP (GIMP3_DIRECTORY)", computer.home / named)
    roots = list(_gimp_roots(computer))
    started: set[str] = set()
    for packaging, root in roots:
        for folder in _glob(root, "3.*"):
            if _GIMP_3.fullmatch(folder.name):
                started.add(folder.name)
                yield _gimp_place(f"GIMP {folder.name}{packaging}", folder)
    native = roots[0][1]
    programs = _gimp_programs(computer)
    others = sorted(path.name for path in _glob(native, "[23].*"))
    for version in sorted(programs - started):
        if others:
            yield (
                f"GIMP {version} is installed and was never started: start it once, so that it "
                f"takes over the settings of GIMP {others[-1]}, then run this again"
            )
        else:
            started.add(version)
            yield _gimp_place(f"GIMP {version}", native / version)
    if not started and not programs and not named:
        yield from _no_gimp(computer, native, others)


def _gimp_place(title: str, folder: Path) -> Place:
    return Place(GIMP, title, folder, None, folder.is_dir())


def _no_gimp(computer: Computer, native: Path, others: list[str]) -> Iterator[str]:
    if _is_flatpak_installed(computer, GIMP_FLATPAK) or _has_appimage(computer, "gimp"):
        yield "GIMP was never started: start it once, then run this again"
    elif any(computer.program(f"gimp-{version}") for version in OLD_GIMPS):
        yield "GIMP: only an older one is installed, and 3.0 or newer is needed"
    elif computer.program("gimp") is not None and not others:
        yield "GIMP's version could not be told: start it once, then run this again"
    elif others:
        yield f"GIMP: only the folder of GIMP {others[-1]} was found, and 3.0 or newer is needed"
    else:
        yield f"GIMP: no program was found, and no folder in {native}"


def _gimp_roots(computer: Computer) -> Iterator[tuple[str, Path]]:
    """(packaging as part of the title, folder that holds one folder per version), native first."""
    if computer.platform == WINDOWS:
        yield "", computer.app_data / "GIMP"
        for package in _glob(computer.local_app_data / "Packages", "*GIMP*"):
            yield " (Microsoft Store)", package / "LocalCache" / "Roaming" / "GIMP"
    elif computer.platform == MAC:
        yield "", computer.application_support / "GIMP"
    else:
        config = computer.named_folder("XDG_CONFIG_HOME", computer.home / ".config")
        yield "", config / "GIMP"
        yield " (Flatpak)", computer.home / ".var" / "app" / GIMP_FLATPAK / "config" / "GIMP"
        snap = computer.home / "snap" / "gimp" / "current"
        yield " (Snap)", snap / "GIMP"
        yield " (Snap)", snap / ".config" / "GIMP"


def _gimp_programs(computer: Computer) -> set[str]:
    """The versions of GIMP 3, such as 3.0, that are installed natively."""
    if computer.platform == MAC:
        bundles = [
            bundle
            for folder in _mac_applications(computer)
            for bundle in _glob(folder, "GIMP*.app/Contents/Info.plist")
        ]
        versions = {_bundle_version(path) for path in bundles}
        return {version for version in versions if version is not None}
    if computer.platform == WINDOWS:
        folders = [
            bin_folder
            for folder in _program_files(computer)
            for bin_folder in _glob(folder, "GIMP*/bin")
        ]
    else:
        folders = [Path(text) for text in computer.variables.get("PATH", "").split(":") if text]
    names = [path.name for folder in folders for path in _glob(folder, "gimp*")]
    return {match[1] for name in names if (match := _GIMP_PROGRAM.fullmatch(name))}


def _bundle_version(path: Path) -> str | None:
    try:
        text = str(plistlib.loads(path.read_bytes()).get("CFBundleShortVersionString", ""))
    except (OSError, ValueError, AttributeError):
        return None
    match = re.match(r"3\.\d+", text)
    return match[0] if match else None


def _is_flatpak_installed(computer: Computer, name: str) -> bool:
    roots = (
        computer.home / ".local" / "share" / "flatpak",
        computer.system / "var" / "lib" / "flatpak",
    )
    return any((root / "app" / name).is_dir() for root in roots)


def _has_appimage(computer: Computer, name: str) -> bool:
    if computer.platform in (WINDOWS, MAC):
        return False
    pattern = "".join(f"[{letter}{letter.upper()}]" for letter in name) + "*.[aA]pp[iI]mage"
    return any(_glob(computer.home / folder, pattern) for folder in _APPIMAGE_FOLDERS)


def _program_files(computer: Computer) -> list[Path]:
    named = [computer.variables.get(name) for name in ("ProgramFiles", "ProgramW6432")]
    users = computer.local_app_data / "Programs"
    return [*(Path(text) for text in named if text), users]


def _mac_applications(computer: Computer) -> tuple[Path, Path]:
    return computer.system / "Applications", computer.home / "Applications"


def _glob(folder: Path, pattern: str) -> list[Path]:
    """What matches in a folder, by name; nothing where the folder is missing or closed to us."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
