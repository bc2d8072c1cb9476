"""The computer as the installer sees it, and the user's folders of Dynamic Style on it.

Everything that asks for a folder gets a `Computer`, so that tests can make up homes of any system.
The folders are the ones that the backend's `protocol.process` and `packs.store` use; they cannot be
imported here, because nothing is installed yet.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import MachineError
from .plain_files import why_no_path

WINDOWS = "win32"
MAC = "darwin"
NAME = "dynamic-style"
CONFIG_VARIABLE = "DYNAMIC_STYLE_CONFIG"
RUNTIME_VARIABLE = "DYNAMIC_STYLE_RUNTIME"
PACKS_VARIABLE = "DYNAMIC_STYLE_PACKS"


@dataclass(frozen=True)
class Computer:
    """platform: as in sys.platform. system: "/", below which programs for all users lie."""

    platform: str
    home: Path
    variables: Mapping[str, str]
    system: Path = Path("/")

    def named_folder(self, variable: str, otherwise: Path) -> Path:
        """The folder that an environment variable names, if it does with a full path. Raises
        MachineError for a path that no folder can have.
        """
        named = Path(self.variables.get(variable, ""))
        _check_path(variable, named)
        return named if named.is_absolute() else otherwise

    def program(self, name: str) -> Path | None:
        """Where a program is on the search path."""
        found = shutil.which(name, path=self.variables.get("PATH", ""))
        return Path(found) if found else None

    @property
    def local_app_data(self) -> Path:
        return self.named_folder("LOCALAPPDATA", self.home / "AppData" / "Local")

    @property
    def app_data(self) -> Path:
        return self.named_folder("APPDATA", self.home / "AppData" / "Roaming")

    @property
    def application_support(self) -> Path:
        return self.home / "Library" / "Application Support"


def this_computer() -> Computer:
    """The one that this runs on. Raises MachineError if there can be no home folder."""
    try:
        home = Path.home()
    except RuntimeError as error:
        raise MachineError(
            "no home folder is known, and everything is installed for one user.\n"
            "Set HOME (on Windows USERPROFILE) to the user's folder and run this again."
        ) from error
    _check_path("HOME", home)
    return Computer(platform=sys.platform, home=home, variables=os.environ)


def config_folder(computer: Computer) -> Path:
    """Where the record of the backend's interpreter, the receipt and the settings lie."""
    return computer.named_folder(CONFIG_VARIABLE, _own_folder(computer, ".config"))


def data_folder(computer: Computer) -> Path:
    """Where the backend's environment lies."""
    return _own_folder(computer, ".local/share")


def runtime_folder(computer: Computer) -> Path:
    """Where a running backend keeps its connection file and its logs."""
    return computer.named_folder(RUNTIME_VARIABLE, data_folder(computer) / "run")


def packs_folder(computer: Computer) -> Path:
    """Where the user's packs are, unless the user has named another folder for them."""
    if computer.platform in (WINDOWS, MAC):
        return data_folder(computer) / "packs"
    data = computer.named_folder("XDG_DATA_HOME", computer.home / ".local" / "share")
    return data / NAME / "packs"


def _check_path(variable: str, path: Path) -> None:
    reason = why_no_path(path)
    if reason:
        raise MachineError(
            f"{variable} names a path that no folder can have ({reason}): {path!s:.80}…\n"
            "Correct or unset it and run this again."
        )


def _own_folder(computer: Computer, linux: str) -> Path:
    if computer.platform == WINDOWS:
        return computer.local_app_data / NAME
    if computer.platform == MAC:
        return computer.application_support / NAME
    return computer.home / linux / NAME
