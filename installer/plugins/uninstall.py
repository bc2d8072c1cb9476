"""Takes back what `install` has done: exactly the paths of the receipt, and what the backend made.

What a user has put beside them stays, and is told; so do packs, which the user installed or trained
and `install` never lays down, unless they are asked for. The receipt goes last, so that an
interrupted removal can be run again.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ..environment import interpreter_check, setup
from ..environment.backend_record import RECORD_NAME
from ..environment.record import RECORD_NAME as RECORD
from ..errors import FolderError
from ..origin import IS_INSTALLED
from ..user_folders import (
    PACKS_VARIABLE,
    WINDOWS,
    Computer,
    config_folder,
    data_folder,
    packs_folder,
    runtime_folder,
)
from .plan_texts import describe_removal
from .plugin_copy import leftovers, plan_removal, take_away
from .receipt import LOCK_NAME, RECEIPT_NAME, Receipt, read_receipt

Report = Callable[[str], None]
# What a backend leaves in its folder: connection file, also half-written by one that was killed
# (`protocol.atomic_file`; backend.json.* by older versions), lock, logs, what it printed while
# starting.
RUNTIME_FILES = (
    "backend.json*",
    ".dynamic-style-*.part",
    "backend.lock",
    "backend.log*",
    "backend-start.log",
)
SET_UP_FOLDER = "set-up"  # in which a panel's set-up keeps its progress, its log and uv's program
MANIFEST = "pack.json"  # a folder that has one is a pack


class Removal:
    """One run of `uninstall`. Raises an InstallerError from each of its methods.

    takes_packs: the packs in the user's packs folder go as well. A folder that the user has named
    in its place may hold anything, for other programs too, and is never touched.
    """

    def __init__(self, computer: Computer, *, takes_packs: bool, report: Report) -> None:
        self._report = report
        self._config = config_folder(computer)
        self._data = data_folder(computer)
        self._runtime = runtime_folder(computer)
        self._packs = packs_folder(computer)
        self._named_packs = computer.variables.get(PACKS_VARIABLE, "")
        self._takes_packs = takes_packs
        self._receipt: Receipt | None = read_receipt(self._config)

    @property
    def is_anything_installed(self) -> bool:
        return self._receipt is not None

    @property
    def is_program_left(self) -> bool:
        """Whether this runs in an environment that `carry_out` does not remove."""
        made = self._receipt.environment if self._receipt else None
        return IS_INSTALLED and (made is None or not _holds_this(made) or _is_locked(made))

    def tell(self) -> Iterator[str]:
        """What `carry_out` would do, each as the end of "would ..."; nothing is changed."""
        receipt = self._receipt
        if receipt is None:
            return
        if receipt.interpreter is not None:
            yield "end the backend, if one is running"
        for installed in receipt.places:
            yield f"\n{installed.title}:"
            yield from describe_removal(plan_removal(installed))
        yield "\nThe backend:"
        environment = receipt.environment
        if environment is not None and environment.exists() and not _is_locked(environment):
            yield f"remove {environment}, the backend's environment"
        for path in self._pack_folders():
            yield f"remove {path}, a pack of yours"
        for path in [*self._set_up_folders(), *self._runtime_files(), *self._config_files()]:
            yield f"remove {path}"

    def carry_out(self) -> tuple[Path, ...]:
        """Do it, and return what is left in folders that were the installer's."""
        receipt = self._receipt
        if receipt is None:
            return ()
        interpreter = receipt.interpreter
        if interpreter is not None and os.access(interpreter, os.X_OK):
            interpreter_check.stop_backend(interpreter)
        left: list[Path] = []
        for installed in receipt.places:
            left += take_away(plan_removal(installed))
            self._report(f"{installed.title}: plug-in removed from {installed.folder}")
        environment = receipt.environment
        if (
            environment is not None
            and not _is_locked(environment)
            and setup.remove_environment(environment)
        ):
            self._report(f"Removed the backend's environment, {environment}")
        for path in self._pack_folders():
            _remove_tree(path)
            self._report(f"Removed the pack {path.name}")
        for path in self._set_up_folders():
            _remove_tree(path)
        for path in [*self._runtime_files(), *self._config_files()]:
            _remove_file(path)
        for folder in self._emptied(receipt):
            _remove_if_empty(folder)
        return (*left, *self._left_in_own_folders())

    def kept_packs(self) -> tuple[str, ...]:
        """A sentence for each folder in which packs of the user's stay."""
        said = []
        if not self._takes_packs and _packs_in(self._packs):
            said.append(f"Your packs stay in {self._packs}; `uninstall --packs` removes them, too.")
        if self._named_packs and _packs_in(Path(self._named_packs)):
            said.append(f"Your packs stay in {self._named_packs}, which {PACKS_VARIABLE} names.")
        return tuple(said)

    def left_beside(self) -> tuple[Path, ...]:
        """What `carry_out` would leave in the plug-ins' folders."""
        places = self._receipt.places if self._receipt else ()
        return tuple(path for installed in places for path in leftovers(installed))

    def _pack_folders(self) -> list[Path]:
        return _packs_in(self._packs) if self._takes_packs else []

    def _set_up_folders(self) -> list[Path]:
        """What a panel's set-up has left, and environments that it did not finish."""
        unfinished = [path.parent for path in self._data.glob(f"environment-*/{RECORD}")]
        made = self._receipt.environment if self._receipt else None
        found = [self._data / SET_UP_FOLDER, *(path for path in unfinished if path != made)]
        return [path for path in found if path.is_dir() and not _is_locked(path)]

    def _runtime_files(self) -> list[Path]:
        found = {path for pattern in RUNTIME_FILES for path in self._runtime.glob(pattern)}
        return sorted(path for path in found if path.is_file())

    def _config_files(self) -> list[Path]:
        """The receipt last."""
        named = [self._config / name for name in (RECORD_NAME, LOCK_NAME, RECEIPT_NAME)]
        return [path for path in named if path.exists()]

    def _emptied(self, receipt: Receipt) -> list[Path]:
        """Folders that go if nothing is in them: inner ones first."""
        own = {self._runtime, self._packs, self._data, self._config, *receipt.made_folders}
        return sorted(own, key=lambda path: len(path.parts), reverse=True)

    def _left_in_own_folders(self) -> list[Path]:
        own = dict.fromkeys((self._config, self._data, self._packs))
        left = [path for folder in own if folder.is_dir() for path in sorted(folder.iterdir())]
        told = {self._packs, *_packs_in(self._packs)}  # of which kept_packs speaks
        return [path for path in left if path not in told]


def _holds_this(environment: Path) -> bool:
    return Path(sys.prefix).is_relative_to(environment)


def _is_locked(environment: Path) -> bool:
    """Windows does not let a program that runs be removed."""
    return sys.platform == WINDOWS and _holds_this(environment)


def _packs_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if (path / MANIFEST).is_file()]


def _remove_tree(path: Path) -> None:
    try:
        if path.is_symlink():  # what it leads to is elsewhere, and not the installer's to remove
            path.unlink()
        else:
            shutil.rmtree(path)
    except OSError as error:
        raise _cannot_remove(path, error) from error


def _remove_file(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_remove(path, error) from error


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # not empty, or gone already: either is as it should be


def _cannot_remove(path: Path, error: OSError) -> FolderError:
    return FolderError(
        f"{path} cannot be removed ({error.strerror or error}).\n"
        "Close the programs that use it, or make it writable for you, then run this again."
    )
