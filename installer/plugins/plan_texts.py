"""What a plan would do, said so that a person can read it: by place, and there folder by folder.

Each text is the end of "would ..."; one that begins with spaces lists what the text before it says.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import kritarc
from .plugin_copy import PlacePlan, RemovalPlan

WIDTH = 100  # of a line that lists names
INDENT = "      "


def describe(plan: PlacePlan) -> Iterator[str]:
    """Each thing that the plan does."""
    folder = plan.place.folder
    by_folder = _by_folder(folder / file.path for file in plan.writes)
    executable = {folder / file.path for file in plan.writes if file.is_executable}
    for path in plan.folders:
        if path not in by_folder:
            yield f"make the folder {path}"
    for path, files in by_folder.items():
        new = "the new folder " if path in plan.folders else ""
        yield from _listed("write", files, f"in {new}{path}", executable)
    for path, files in _by_folder(plan.removals).items():
        yield from _listed("remove", files, f"of an earlier version in {path}")
    if plan.enables:
        yield f"set {kritarc.KEY}={kritarc.ON} in {plan.place.kritarc}"


def describe_removal(plan: RemovalPlan) -> Iterator[str]:
    """Each thing that the plan does."""
    for path, files in _by_folder(plan.files).items():
        yield from _listed("remove", files, f"in {path}")
    if plan.disables and plan.installed.kritarc is not None:
        yield f"take {kritarc.KEY} back in {plan.installed.kritarc.path}"


def _listed(
    what: str, files: list[Path], where: str, executable: Iterable[Path] = ()
) -> Iterator[str]:
    yield f"{what} {len(files)} {'file' if len(files) == 1 else 'files'} {where}:"
    names = (f"{file.name} (executable)" if file in executable else file.name for file in files)
    yield from textwrap.wrap(
        ", ".join(names),
        WIDTH,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _by_folder(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """Folders in the order of their first file."""
    folders: dict[Path, list[Path]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path)
    return folders
