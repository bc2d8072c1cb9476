"""Lays a plug-in down in one place, and takes it away again: first as a plan, then carried out.

A dry run prints the plan, so it says what would be done because it is what would be done. Every
file is written whole or not at all, and a plan that was interrupted can be made and carried out
again: it then holds what is left to do.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..atomic_file import write_atomically
from ..errors import PluginError
from ..plain_files import read_plain
from . import kritarc
from .hosts import Place
from .receipt import InstalledPlace
from .sources import PluginFile

EXECUTABLE = 0o755
PLAIN = 0o644
OWN_DEPTH = 2  # pykrita/<plug-in>/, plug-ins/<plug-in>/: folders that are the plug-in's alone


@dataclass(frozen=True)
class PlacePlan:
    """writes: files that are not there as they should be. removals: files of the version before.
    enables: whether Krita's settings change. after: what the receipt will say.
    """

    place: Place
    folders: tuple[Path, ...]
    writes: tuple[PluginFile, ...]
    removals: tuple[Path, ...]
    enables: bool
    after: InstalledPlace


@dataclass(frozen=True)
class RemovalPlan:
    """files: all that will be deleted. disables: whether Krita's settings change."""

    installed: InstalledPlace
    files: tuple[Path, ...]
    disables: bool


def plan_place(
    place: Place, files: Sequence[PluginFile], *, version: str, before: InstalledPlace | None
) -> PlacePlan:
    """What brings the place to exactly these files. before: what the receipt says is there.

    Raises PluginError if the plug-in's folder is a link, HostError if Krita's settings can't be
    read.
    """
    _check_no_links(place.folder, files)
    wanted = {str(file.path) for file in files}
    old = [place.folder / name for name in sorted(set(before.files) - wanted)] if before else []
    folders = _missing_folders(place, files)
    edit = before.kritarc if before else None
    if edit is None and place.kritarc is not None:
        edit = kritarc.plan_enabling(place.kritarc)
    made_before = before.made_folders if before else ()
    after = InstalledPlace(
        host=place.host,
        title=place.title,
        folder=place.folder,
        version=version,
        files={str(file.path): hashlib.sha256(file.content).hexdigest() for file in files},
        made_folders=(*made_before, *(path for path in folders if path not in made_before)),
        kritarc=edit,
    )
    return PlacePlan(
        place=place,
        folders=folders,
        writes=tuple(file for file in files if not _is_there(place.folder, file)),
        removals=(*(path for path in old if path.exists()), *_compiled(old)),
        enables=place.kritarc is not None and not kritarc.is_enabled(place.kritarc),
        after=after,
    )


def unfinished(plan: PlacePlan, before: InstalledPlace | None) -> InstalledPlace:
    """What the receipt has to say while the plan is carried out: files of both versions."""
    old = dict(before.files) if before else {}
    return InstalledPlace(
        host=plan.after.host,
        title=plan.after.title,
        folder=plan.after.folder,
        version=plan.after.version,
        files={**old, **plan.after.files},
        made_folders=plan.after.made_folders,
        kritarc=plan.after.kritarc,
    )


def lay_down(plan: PlacePlan) -> None:
    """Raises PluginError or HostError; running it again goes on where it stopped."""
    for folder in plan.folders:
        _make_folder(folder)
    for file in plan.writes:
        path = plan.place.folder / file.path
        try:
            write_atomically(path, file.content, mode=EXECUTABLE if file.is_executable else PLAIN)
        except OSError as error:
            raise _cannot("written", path, error) from error
    _remove_files(plan.removals)
    _remove_empty_folders(plan.place.folder, {path.parent for path in plan.removals})
    if plan.place.kritarc is not None:
        kritarc.enable(plan.place.kritarc)


def plan_removal(installed: InstalledPlace) -> RemovalPlan:
    """What takes an installed plug-in away. Raises HostError."""
    paths = [installed.folder / name for name in sorted(installed.files)]
    there = [path for path in paths if path.is_file() or path.is_symlink()]
    edit = installed.kritarc
    disables = edit is not None and kritarc.is_enabled(edit.path) and edit.before != kritarc.ON
    return RemovalPlan(installed, tuple([*there, *_compiled(paths)]), disables)


def take_away(plan: RemovalPlan) -> tuple[Path, ...]:
    """Delete the files, then the folders that were made for them and are empty now; return what
    is left in the plug-in's own folders, which this installer has not laid down. Raises
    PluginError or HostError.
    """
    installed = plan.installed
    _remove_files(plan.files)
    if installed.kritarc is not None:
        kritarc.restore(installed.kritarc)
    own = _own_folders(installed)
    _remove_empty_folders(installed.folder, own)
    for folder in reversed(installed.made_folders):
        _remove_if_empty(folder)
    return leftovers(installed)


def leftovers(installed: InstalledPlace) -> tuple[Path, ...]:
    """Files in the plug-in's own folders that are none of the installer's, nor Python's."""
    parts = [PurePosixPath(name).parts for name in installed.files]
    tops = {installed.folder.joinpath(*each[:OWN_DEPTH]) for each in parts if len(each) > OWN_DEPTH}
    ours = {installed.folder / name for name in installed.files}
    return tuple(
        path
        for top in sorted(tops)
        for path in sorted(top.rglob("*"))
        if path.is_file() and path not in ours and path.parent.name != "__pycache__"
    )


def is_unchanged(path: Path, digest: str) -> bool:
    """Whether a file still has the content with that SHA-256 (hex)."""
    try:
        return hashlib.sha256(read_plain(path)).hexdigest() == digest
    except OSError:
        return False


def is_executable(path: Path) -> bool:
    """Whether the system would start it; Windows asks nothing of the file itself."""
    return sys.platform == "win32" or os.access(path, os.X_OK)


def _is_there(folder: Path, file: PluginFile) -> bool:
    path = folder / file.path
    try:
        content = read_plain(path)
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return False
    runs = not file.is_executable or sys.platform == "win32" or mode & 0o111 == 0o111
    return content == file.content and runs


def _check_no_links(folder: Path, files: Sequence[PluginFile]) -> None:
    """A developer may have linked a plug-in's folder to a checkout; it is not to be written to."""
    folders = {folder / parent for file in files for parent in file.path.parents}
    linked = sorted(path for path in folders if path != folder and path.is_symlink())
    own = [path for path in linked if len(path.relative_to(folder).parts) >= OWN_DEPTH]
    if own:
        raise PluginError(
            f"{own[0]} is a link to {own[0].resolve()}, and what it points to is not to be "
            "changed.\nRemove the link, then run this again."
        )


def _missing_folders(place: Place, files: Sequence[PluginFile]) -> tuple[Path, ...]:
    needed = {(place.folder / file.path).parent for file in files}
    if place.kritarc is not None:
        needed.add(place.kritarc.parent)
    with_parents = {path for folder in needed for path in (folder, *folder.parents)}
    return tuple(sorted(path for path in with_parents if not path.exists()))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _cannot("made", folder, error) from error


def _own_folders(installed: InstalledPlace) -> set[Path]:
    """The plug-in's own folders, and those that Python has made in them."""
    parents = {
        installed.folder / parent
        for name in installed.files
        for parent in PurePosixPath(name).parents
        if len(parent.parts) >= OWN_DEPTH
    }
    return parents | {path / "__pycache__" for path in parents}


def _compiled(paths: Sequence[Path]) -> Iterator[Path]:
    """What Python has compiled from these files."""
    for path in paths:
        if path.suffix == ".py":
            yield from sorted((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))


def _remove_files(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _cannot("removed", path, error) from error


def _remove_empty_folders(top: Path, folders: set[Path]) -> None:
    """Remove each folder that is empty, inner ones first, and only below `top`."""
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        if folder != top and folder.is_relative_to(top):
            _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # not empty, or gone already: either is as it should be


def _cannot(what: str, path: Path, error: OSError) -> PluginError:
    return PluginError(
        f"{path} cannot be {what} ({error.strerror or error}).\n"
        "Make the folder writable for you and close the program that uses it, then run this again."
    )
