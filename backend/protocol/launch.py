"""Starts the backend from any host if none runs, and connects to it. Standard library only.

The interpreter is the one that the installer has recorded, never sys.executable, which in a host is
the host itself. The backend outlives who started it and shares nothing with it: not its folders of
modules and libraries, not its pipes, not its process group.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .client import Client, connect
from .connection import Connection, read_connection, runtime_folder
from .deadline import Deadline
from .errors import (
    BackendError,
    ConnectionFileError,
    ConnectionLostError,
    ProtocolError,
    ProtocolTimeoutError,
)

CONFIG_VARIABLE = "DYNAMIC_STYLE_CONFIG"
RECORD_NAME = "backend.json"
OUTPUT_NAME = "backend-start.log"  # what it prints before its own log is open, or when it crashes
MAX_RECORD_BYTES = 65_536
START_TIMEOUT_S = 60.0  # loading PyTorch from a cold disk takes tens of seconds
HANDSHAKE_S = 5.0
_POLL_S = 0.1
_MODULE = "dynamic_style.backend"
# What hosts, above all their AppImages and snaps, set for themselves.
_HOST_VARIABLES = ("LD_LIBRARY_PATH", "LD_PRELOAD")
_HOST_PREFIXES = ("PYTHON", "GI_", "QT_", "QML", "DYLD_", "GTK_", "GDK_", "GIO_", "GST_")


@dataclass(frozen=True)
class InstalledRecord:
    """interpreter: the absolute path of the Python that has the backend installed."""

    interpreter: Path


def config_folder() -> Path:
    """The user's configuration folder; DYNAMIC_STYLE_CONFIG overrules it. It need not exist.
    Sandboxed hosts redirect XDG_CONFIG_HOME, so it is not asked.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return (Path(local) if local else Path.home() / "AppData" / "Local") / "dynamic-style"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Application Support" / "dynamic-style"
        return Path.home() / ".config" / "dynamic-style"
    except RuntimeError as error:
        raise BackendError(
            f"no home folder is known; name a folder of your own in {CONFIG_VARIABLE}"
        ) from error


def record_path() -> Path:
    """Where the installer writes {"interpreter": "/path/to/python"} and what hosts want to know
    without starting a backend.
    """
    return config_folder() / RECORD_NAME


def read_record() -> InstalledRecord:
    """Raises BackendError where there is none, or none that can be used."""
    path = record_path()
    try:
        with path.open("rb") as file:
            members: Any = json.loads(file.read(MAX_RECORD_BYTES))
        interpreter = Path(members["interpreter"])
    except FileNotFoundError as error:
        raise BackendError(
            f"the backend is not installed: {path} does not exist; run the installer, in a copy of "
            "Dynamic Style: python3 -m installer install"
        ) from error
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise BackendError(f"{path} cannot be used ({error}); run the installer again") from error
    if not interpreter.is_absolute() or not interpreter.exists():
        raise BackendError(
            f"{path} names the Python {str(interpreter)!r}, which does not exist; run the "
            "installer again"
        )
    return InstalledRecord(interpreter)


def connect_or_start(
    *,
    host: str,
    version: str,
    timeout_s: float = START_TIMEOUT_S,
    interpreter: Path | None = None,
) -> Client:
    """A client that has said hello to the user's backend, which is started if none answers.
    interpreter: None for the installed record's.

    Raises ProtocolVersionError, BackendError when it cannot be started, or ProtocolTimeoutError.
    A process that does not answer is never touched.
    """
    deadline = Deadline(timeout_s)
    client = running_backend(host=host, version=version, timeout_s=min(HANDSHAKE_S, timeout_s))
    if client is not None:
        return client
    process = _start(interpreter or read_record().interpreter)
    while not deadline.is_over:
        exit_code = process.poll()
        client = running_backend(host=host, version=version, timeout_s=deadline.remaining_s())
        if client is not None:
            return client
        if exit_code not in (None, 0):
            raise BackendError(
                f"the backend could not start (exit code {exit_code}): {_last_words()}"
            )
        time.sleep(_POLL_S)
    raise deadline.error(f"the backend did not start; {_output_path()} may say why; no answer")


def running_backend(*, host: str, version: str, timeout_s: float = HANDSHAKE_S) -> Client | None:
    """A client of the backend that the connection file names, after its hello; None if there is
    no file, or nothing behind it that knows its key. Raises ProtocolVersionError.
    """
    connection = _read_connection()
    if connection is None:
        return None
    client = connect(connection, host=host, version=version)
    try:
        client.hello(timeout_s=max(0.001, min(HANDSHAKE_S, timeout_s)))
    except (ConnectionLostError, ProtocolTimeoutError):
        client.close()
        return None
    except ProtocolError:
        client.close()
        raise
    return client


def clean_environment() -> dict[str, str]:
    """This process's environment without what is meant for the host alone."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _HOST_VARIABLES and not name.startswith(_HOST_PREFIXES)
    }


def _read_connection() -> Connection | None:
    try:
        return read_connection()
    except ConnectionFileError:
        return None  # damaged, or not ours: a backend that starts will say so, or replace it


def _start(interpreter: Path) -> subprocess.Popen[bytes]:
    """Start the backend detached. -I: no modules from its folder or from the environment."""
    command = [str(interpreter), "-I", "-m", _MODULE, "serve"]
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        options = {"creationflags": flags}
    try:
        output_path = _output_path()
        output_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with output_path.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=output_path.parent,
                env=clean_environment(),
                close_fds=True,
                **options,
            )
    except OSError as error:
        raise BackendError(
            f"{interpreter} could not be started ({error.strerror or error}); run the installer "
            "again"
        ) from error
    # A child that ends stays a zombie until someone waits for it; the host may live for days.
    threading.Thread(target=process.wait, name="backend-waiter", daemon=True).start()
    return process


def _output_path() -> Path:
    return runtime_folder() / OUTPUT_NAME


def _last_words() -> str:
    try:
        lines = _output_path().read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:500] if lines else f"{_output_path()} may say why"
