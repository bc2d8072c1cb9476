"""Processes that outlive the host that starts them, and share nothing with it: not its folders of
modules and libraries, not its pipes, not its process group. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import BackendError
from .user_folders import CONFIG_VARIABLE, RUNTIME_VARIABLE, TRAINING_VARIABLE

# What hosts, above all their AppImages and snaps, set for themselves.
_HOST_VARIABLES = ("LD_LIBRARY_PATH", "LD_PRELOAD")
_HOST_PREFIXES = ("PYTHON", "GI_", "QT_", "QML", "DYLD_", "GTK_", "GDK_", "GIO_", "GST_")
_PATH_VARIABLES = (
    RUNTIME_VARIABLE,
    CONFIG_VARIABLE,
    TRAINING_VARIABLE,
    "DYNAMIC_STYLE_PACKS",
    "DYNAMIC_STYLE_LOSS_NETWORK",
)
_NICENESS = 10  # of 19: what the user does at the same time goes first


def start_detached(
    command: Sequence[str], *, output: IO[bytes], folder: Path, is_background: bool = False
) -> subprocess.Popen[bytes]:
    """Start a Python program that lives on when this process ends. command: the interpreter first.
    output: takes what it prints. folder: that it works in. is_background: it gives way to others.

    Raises BackendError.
    """
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        if is_background:
            flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
        options = {"creationflags": flags}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=clean_environment(),
            close_fds=True,
            **options,
        )
    except OSError as error:
        is_its_own = error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ELOOP)
        advice = "run the installer again" if is_its_own else "try again"
        raise BackendError(
            f"{command[0]} could not be started ({error.strerror or error}); {advice}"
        ) from error
    if is_background and sys.platform != "win32":
        with contextlib.suppress(OSError):  # it has ended, or others decide on priorities
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    # A child that ends stays a zombie until someone waits for it; the host may live for days.
    threading.Thread(target=process.wait, name="detached-waiter", daemon=True).start()
    return process


def clean_environment() -> dict[str, str]:
    """This process's environment without what is meant for the host alone, and with whole paths:
    what is started works in another folder.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _HOST_VARIABLES and not name.startswith(_HOST_PREFIXES)
    }
    for name in _PATH_VARIABLES:
        if environment.get(name):
            environment[name] = str(Path(environment[name]).absolute())
    return environment
