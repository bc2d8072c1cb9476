"""Starts the backend from any host if none runs, and connects to it. Standard library only.

The interpreter is the one that the installer has recorded, never sys.executable, which in a host is
the host itself. The backend outlives who started it and shares nothing with it: not its folders of
modules and libraries, not its pipes, not its process group.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from ..deadline import Deadline
from ..errors import (
    BackendError,
    ConnectionFileError,
    ConnectionLostError,
    MalformedError,
    OversizeError,
    ProtocolError,
    ProtocolTimeoutError,
    SandboxError,
    SignatureError,
)
from .client import Client, connect
from .connection_file import Connection, read_connection
from .detached import start_detached
from .own_files import cannot, check_own_folder, make_own_folder, open_own
from .plain_files import is_there, open_plain, parse_json
from .sandbox import command_by_hand, find_sandbox
from .user_folders import config_folder, runtime_folder

RECORD_NAME = "backend.json"
OUTPUT_NAME = "backend-start.log"  # what it prints before its own log is open, or when it crashes
MAX_RECORD_BYTES = 65_536
START_TIMEOUT_S = 60.0  # loading PyTorch from a cold disk takes tens of seconds
HANDSHAKE_S = 5.0
_SLICE_S = 1.0  # of waiting for an answer, after which the connection file is looked at again
_POLL_S = 0.1
_MOST_STARTS = 4
_MODULE = "dynamic_style.backend"
# What a peer can make of a hello that does not know the key: nothing that it says is believed.
_UNPROVEN = (
    ConnectionLostError,
    MalformedError,
    OversizeError,
    ProtocolTimeoutError,
    SignatureError,
)


@dataclass(frozen=True)
class InstalledRecord:
    """interpreter: the absolute path of the Python that has the backend installed."""

    interpreter: Path


def record_path() -> Path:
    """Where the installer writes {"interpreter": "/path/to/python"} and what hosts want to know
    without starting a backend.
    """
    return config_folder() / RECORD_NAME


def read_record() -> InstalledRecord:
    """Raises BackendError where there is none, or none that can be used."""
    path = record_path()
    try:
        with open_plain(path) as file:
            _check_record(os.fstat(file.fileno()))
            members = parse_json(file, most_bytes=MAX_RECORD_BYTES)
        interpreter = Path(members["interpreter"])
    except FileNotFoundError as error:
        raise BackendError(
            f"the backend is not installed: {path} does not exist; run the installer "
            "('dynamic-style setup' or, in a copy of the project, 'python3 -m installer install')"
        ) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackendError(f"{path} cannot be used ({error}); run the installer again") from error
    if not interpreter.is_absolute() or not is_there(interpreter):
        raise BackendError(
            f"{path} names the Python {str(interpreter)!r:.200}, which does not exist; run the "
            "installer again"
        )
    return InstalledRecord(interpreter)


def _check_record(status: os.stat_result) -> None:
    """Raise ValueError for a record that another user wrote: what it names is started as the user.
    Their administrator may have; on Windows the profile folder keeps others out.
    """
    if sys.platform != "win32" and status.st_uid not in (os.geteuid(), 0):
        raise ValueError(f"it belongs to user {status.st_uid}, not to you")
    if sys.platform != "win32" and status.st_mode & stat.S_IWOTH:
        raise ValueError("every user may change it")


def connect_or_start(
    *,
    host: str,
    version: str,
    timeout_s: float = START_TIMEOUT_S,
    interpreter: Path | None = None,
    on_start: Callable[[], None] = lambda: None,
) -> Client:
    """A client that has said hello to the user's backend, which is started if none answers.
    interpreter: None for the installed record's. on_start: called before one is started.

    Raises ProtocolVersionError, ConnectionFileError where the runtime folder cannot be used,
    BackendError when it cannot be started, SandboxError where that is for the user to do, or
    ProtocolTimeoutError. A process that does not answer is never touched.
    """
    deadline = Deadline(timeout_s)
    client = running_backend(host=host, version=version, timeout_s=min(HANDSHAKE_S, timeout_s))
    if client is None:
        on_start()
        client = _started(deadline, host=host, version=version, interpreter=interpreter)
    client.find_again = partial(
        connect_or_start,
        host=host,
        version=version,
        timeout_s=timeout_s,
        interpreter=interpreter,
        on_start=on_start,
    )
    return client


def _started(deadline: Deadline, *, host: str, version: str, interpreter: Path | None) -> Client:
    check_loopback()
    try:
        return _start_and_meet(deadline, host=host, version=version, interpreter=interpreter)
    except (BackendError, ProtocolTimeoutError) as error:
        sandbox = find_sandbox()
        if sandbox is None:
            raise
        raise SandboxError(
            f"this program runs as a {sandbox.name}, which may not start the backend; start "
            "the one of your system in a terminal, and then connect: "
            + command_by_hand(sandbox, record_path())
        ) from error


def _start_and_meet(
    deadline: Deadline, *, host: str, version: str, interpreter: Path | None
) -> Client:
    start = partial(_start, interpreter or read_record().interpreter)
    process, starts = start(), 1
    while not deadline.is_over:
        exit_code = process.poll()
        client = running_backend(host=host, version=version, timeout_s=deadline.remaining_s())
        if client is not None:
            return client
        if exit_code == 0 and starts < _MOST_STARTS:
            process, starts = start(), starts + 1  # it met another, which has ended since
        elif exit_code is not None:
            raise BackendError(
                f"the backend could not start ({_how_it_ended(exit_code)}): {_last_words()}"
            )
        time.sleep(_POLL_S)
    raise deadline.error(f"the backend did not start; {_output_path()} may say why; no answer")


def running_backend(*, host: str, version: str, timeout_s: float = HANDSHAKE_S) -> Client | None:
    """A client of the backend that the connection file names, after its hello; None if there is
    no file, or nothing behind it that knows its key. A file that changes meanwhile is read anew.

    Raises ConnectionFileError where the runtime folder cannot be used, and ProtocolVersionError
    for a backend of another version that has shown that it lives.
    """
    deadline = Deadline(min(HANDSHAKE_S, timeout_s))
    connection = _read_connection()
    while connection is not None:
        client = connect(connection, host=host, version=version)
        current: Connection | None = connection
        while current == connection:
            try:
                client.hello(timeout_s=max(0.001, min(_SLICE_S, deadline.remaining_s())))
            except _UNPROVEN as error:
                client.close()
                is_silent = isinstance(error, ProtocolTimeoutError)
            except ProtocolError:
                client.close()
                raise
            else:
                return client
            current = _read_connection()
            if deadline.is_over or (current == connection and not is_silent):
                return None
        connection = current
    return None


def check_loopback() -> None:
    """Raise BackendError where this computer cannot reach itself, so that no backend helps."""
    try:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)
            socket.create_connection(listening.getsockname(), timeout=HANDSHAKE_S).close()
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            advice = "close other programs, or end this one and start it again"
        else:
            advice = "bring the loopback network interface up, and let no firewall block it"
        raise BackendError(
            f"this computer cannot connect to itself at 127.0.0.1 ({error.strerror or error}), "
            f"which is how the backend is reached; {advice}"
        ) from error


def _read_connection() -> Connection | None:
    check_own_folder(runtime_folder())
    try:
        return read_connection()
    except ConnectionFileError:
        return None  # damaged, or not ours: the backend whose place it takes replaces it


def _start(interpreter: Path) -> subprocess.Popen[bytes]:
    """Start the backend detached. -I: no modules from its folder or from the environment."""
    command = [str(interpreter), "-I", "-m", _MODULE, "serve"]
    with _open_output(os.O_TRUNC) as output:
        return start_detached(command, output=output, folder=runtime_folder())


def _output_path() -> Path:
    return runtime_folder() / OUTPUT_NAME


def _open_output(flags: int) -> IO[bytes]:
    """The file that a starting backend prints to, in the user's own folder. Raises
    ConnectionFileError, also where the disk is full: the backend could say so nowhere.
    """
    path = _output_path()
    make_own_folder(path.parent)
    file = os.fdopen(open_own(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | flags), "ab")
    try:
        file.write(b"starting\n")
        file.flush()
    except OSError as error:
        with contextlib.suppress(OSError):  # closing tries to write once more
            file.close()
        raise cannot("be written", path, error) from error
    return file


def _last_words() -> str:
    try:
        with open_plain(_output_path()) as file:
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        text = ""
    lines = [line for line in text.split("\n")[1:] if line.strip()]
    if lines:
        return "".join(letter if letter.isprintable() else " " for letter in lines[-1])[:500]
    _open_output(0).close()  # raises if it had no room for words
    return f"{_output_path()} may say why"


def _how_it_ended(exit_code: int) -> str:
    return f"exit code {exit_code}" if exit_code >= 0 else f"ended by signal {-exit_code}"
