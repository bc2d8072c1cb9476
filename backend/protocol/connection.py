"""The connection file: how a host finds the user's backend and proves that it may speak to it.

One JSON file in a folder that only the user can enter. It lies below the home folder even where
there is an XDG_RUNTIME_DIR: sandboxed hosts (Flatpak) have a private one and redirect
XDG_DATA_HOME, but share the home folder, and all of a user's hosts are to share one backend.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ConnectionFileError
from .signing import KEY_BYTES

FOLDER_VARIABLE = "DYNAMIC_STYLE_RUNTIME"
FILE_NAME = "backend.json"
MAX_FILE_BYTES = 4096
# No link is followed, no other process inherits the file, no bytes are translated on Windows.
_COMMON = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _COMMON
_WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _COMMON
_ENDPOINT = re.compile(r"tcp://127\.0\.0\.1:([1-9][0-9]{0,4})")


@dataclass(frozen=True)
class Connection:
    """endpoint: tcp://127.0.0.1:PORT. key: 32 bytes, new at every start. pid: for the user to
    read; in a sandbox it may be another's, so it proves nothing. Raises ConnectionFileError.
    """

    endpoint: str
    key: bytes = field(repr=False)
    pid: int
    protocol: int
    backend_version: str

    def __post_init__(self) -> None:
        port = _ENDPOINT.fullmatch(self.endpoint)
        if port is None or int(port[1]) > 65535:
            raise ConnectionFileError(
                f"endpoint {self.endpoint!r:.60} is not tcp://127.0.0.1:PORT; a backend is only "
                "ever on this machine"
            )
        if len(self.key) != KEY_BYTES:
            raise ConnectionFileError(f"the key has {len(self.key)} bytes; it needs {KEY_BYTES}")


def runtime_folder() -> Path:
    """Where the connection file lies; DYNAMIC_STYLE_RUNTIME overrules it. It need not exist."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            data = Path(local) if local else Path.home() / "AppData" / "Local"
            return data / "dynamic-style" / "run"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Application Support" / "dynamic-style" / "run"
        return Path.home() / ".local" / "share" / "dynamic-style" / "run"
    except RuntimeError as error:
        raise ConnectionFileError(
            f"no home folder is known; name a folder of your own in {FOLDER_VARIABLE}"
        ) from error


def connection_file() -> Path:
    return runtime_folder() / FILE_NAME


def write_connection(connection: Connection) -> Path:
    """Write the file, whole or not at all, readable by its owner only. Raises
    ConnectionFileError, also where the folder is not the user's own.
    """
    path = connection_file()
    text = json.dumps(
        {
            "endpoint": connection.endpoint,
            "key": connection.key.hex(),
            "pid": connection.pid,
            "protocol": connection.protocol,
            "backend_version": connection.backend_version,
        },
        indent=2,
    )
    unfinished = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_own(path.parent, os.lstat(path.parent), is_folder=True)
        try:
            with os.fdopen(os.open(unfinished, _WRITE_NEW, 0o600), "wb") as file:
                file.write(text.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)  # noqa: PTH105
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ConnectionFileError(
            f"{path}: cannot be written ({error.strerror}); make the folder writable, or name "
            f"another in {FOLDER_VARIABLE}"
        ) from error
    return path


def read_connection() -> Connection | None:
    """The user's backend, or None if there is no file. Raises ConnectionFileError for a file that
    another user could have written or read, or that is damaged. The backend may be gone.
    """
    path = connection_file()
    try:
        _check_own(path.parent, os.lstat(path.parent), is_folder=True)
        with os.fdopen(os.open(path, _READ), "rb") as file:
            _check_own(path, os.fstat(file.fileno()), is_folder=False)
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConnectionFileError(
            f"{path}: cannot be read ({error.strerror}); remove it and start the backend again"
        ) from error
    return _parse(data, path)


def remove_connection(connection: Connection) -> None:
    """Remove the file if it is still this backend's. Raises ConnectionFileError."""
    try:
        if read_connection() == connection:
            connection_file().unlink(missing_ok=True)
    except OSError as error:
        raise ConnectionFileError(
            f"{connection_file()}: cannot be removed ({error.strerror}); remove it by hand"
        ) from error


def _check_own(path: Path, status: os.stat_result, *, is_folder: bool) -> None:
    """Raise ConnectionFileError unless path is what it should be and the user's alone. Windows has
    no modes; there the user's profile folder keeps others out.
    """
    is_right_kind = stat.S_ISDIR if is_folder else stat.S_ISREG
    if not is_right_kind(status.st_mode):
        what = "folder" if is_folder else "file"
        raise ConnectionFileError(f"{path}: not a plain {what}, perhaps a link; remove it")
    if sys.platform == "win32":
        return
    if status.st_uid != os.geteuid():
        raise ConnectionFileError(
            f"{path}: belongs to user {status.st_uid}, not to you; remove it, or name a folder of "
            f"your own in {FOLDER_VARIABLE}"
        )
    if status.st_mode & 0o077:
        mode = "700" if is_folder else "600"
        raise ConnectionFileError(
            f"{path}: other users may open it (mode {stat.S_IMODE(status.st_mode):03o}); run "
            f"'chmod {mode} {path}' and start the backend again"
        )


def _parse(data: bytes, path: Path) -> Connection:
    members = _members(data, path)
    kinds = {"endpoint": str, "key": str, "pid": int, "protocol": int, "backend_version": str}
    for name, kind in kinds.items():
        if type(members.get(name)) is not kind:
            raise _damaged(path, f"'{name}' is missing or no {kind.__name__}")
    try:
        key = bytes.fromhex(members["key"])
        return Connection(
            members["endpoint"],
            key,
            members["pid"],
            members["protocol"],
            members["backend_version"],
        )
    except (ValueError, ConnectionFileError) as error:
        raise _damaged(path, str(error)) from error


def _members(data: bytes, path: Path) -> dict[str, Any]:
    if len(data) > MAX_FILE_BYTES:
        raise _damaged(path, f"more than {MAX_FILE_BYTES} bytes")
    try:
        members = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "no JSON") from error
    if type(members) is not dict:
        raise _damaged(path, "no JSON object")
    return members


def _damaged(path: Path, why: str) -> ConnectionFileError:
    return ConnectionFileError(
        f"{path}: damaged ({why}); remove it, and the backend will write it anew when it starts"
    )
