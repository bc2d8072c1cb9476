"""Hosts in a sandbox, which may reach the user's backend but not start it. Standard library only.

Flathub's Krita and GIMP share the network and the home folder with the rest of the system, but have
another /usr, so another Python, and no right to start programs outside
(https://docs.flatpak.org/en/latest/sandbox-permissions.html). A strict Snap shares the network; its
home is a folder of its own, and what is hidden in the user's is not shown to it
(https://snapcraft.io/docs/home-interface).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .plain_files import is_there, read_json
from .user_folders import RUNTIME_VARIABLE, runtime_folder

FLATPAK_INFO = Path("/.flatpak-info")  # in every Flatpak, and nowhere else
PROGRAM = "dynamic-style"
_MAX_RECORD_BYTES = 65_536


@dataclass(frozen=True)
class Sandbox:
    """name: "Flatpak" or "Snap". has_own_home: its home is not the user's."""

    name: str
    has_own_home: bool


def find_sandbox(
    *, variables: Mapping[str, str] = os.environ, flatpak_info: Path | None = None
) -> Sandbox | None:
    """The one that this process runs in. Variables of a Snap reach what it starts, so that they
    alone say little; its home does.
    """
    if (flatpak_info or FLATPAK_INFO).exists():
        return Sandbox("Flatpak", has_own_home=False)
    own = variables.get("SNAP_USER_DATA")
    if own and variables.get("SNAP") and Path(variables.get("HOME", "")) == Path(own):
        return Sandbox("Snap", has_own_home=True)
    return None


def command_by_hand(sandbox: Sandbox, record: Path) -> str:
    """What to type in a terminal outside, so that a backend runs where this host looks for it.
    record: the installer's, which may name a Python that is not to be seen in here.
    """
    command = _recorded(record) or f"{PROGRAM} serve"
    if sandbox.has_own_home or os.environ.get(RUNTIME_VARIABLE):
        return f"{RUNTIME_VARIABLE}={shlex.quote(str(runtime_folder()))} {command}"
    return command


def _recorded(record: Path) -> str | None:
    try:
        members = read_json(record, most_bytes=_MAX_RECORD_BYTES)
        interpreter = str(members["interpreter"])
        # where the command lies that the installer has made, it is easier to read
        program = Path(interpreter).with_name(PROGRAM)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if is_there(program):
        return f"{shlex.quote(str(program))} serve"
    return f"{shlex.quote(interpreter)} -I -m dynamic_style.backend serve"
