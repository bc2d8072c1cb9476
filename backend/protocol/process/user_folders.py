"""Where the user's backend and hosts leave things for one another: always absolute paths, because a
backend does not start in the folder that its host works in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import BackendError, ConnectionFileError, ProtocolError

RUNTIME_VARIABLE = "DYNAMIC_STYLE_RUNTIME"
CONFIG_VARIABLE = "DYNAMIC_STYLE_CONFIG"
TRAINING_VARIABLE = "DYNAMIC_STYLE_TRAINING"
SET_UP_VARIABLE = "DYNAMIC_STYLE_SET_UP"


def runtime_folder() -> Path:
    """Where the connection file lies; DYNAMIC_STYLE_RUNTIME overrules it. It need not exist.

    It is below the home folder even where there is an XDG_RUNTIME_DIR: sandboxed hosts (Flatpak)
    have a private one and redirect XDG_DATA_HOME, but share the home folder, and all of a user's
    hosts are to share one backend. Raises ConnectionFileError where no absolute path is known.
    """
    return _folder(RUNTIME_VARIABLE, ".local/share", "run", ConnectionFileError)


def config_folder() -> Path:
    """Where the installer's record and the panels' settings lie; DYNAMIC_STYLE_CONFIG overrules it.
    It need not exist. Sandboxed hosts redirect XDG_CONFIG_HOME, so it is not asked. Raises
    BackendError where no absolute path is known.
    """
    return _folder(CONFIG_VARIABLE, ".config", "", BackendError)


def training_folder() -> Path:
    """Where trainings that a host starts have their runs; DYNAMIC_STYLE_TRAINING overrules it. It
    need not exist. Raises BackendError where no absolute path is known.
    """
    return _folder(TRAINING_VARIABLE, ".local/share", "training", BackendError)


def set_up_folder() -> Path:
    """Where a set-up that a panel has begun tells how far it is; DYNAMIC_STYLE_SET_UP overrules it.
    It need not exist. Raises BackendError where no absolute path is known.
    """
    return _folder(SET_UP_VARIABLE, ".local/share", "set-up", BackendError)


def _folder(variable: str, on_unix: str, inner: str, error_type: type[ProtocolError]) -> Path:
    named = os.environ.get(variable)
    try:
        if named:
            return Path(named).absolute()
        folder = _data_folder(on_unix) / "dynamic-style" / inner
    except (RuntimeError, OSError) as error:  # no home; or the current folder is gone
        raise error_type(
            f"no home folder is known ({error}); name a folder of your own in {variable}, with its "
            "whole path"
        ) from error
    if not folder.is_absolute():
        raise error_type(
            f"the home folder is a relative path, so {folder} is another folder in every program; "
            f"set HOME to its whole path, or name a folder in {variable}"
        )
    return folder


def _data_folder(on_unix: str) -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path.home() / on_unix
