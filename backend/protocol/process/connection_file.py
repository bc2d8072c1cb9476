"""The connection file: how a host finds the user's backend and proves that it may speak to it.

One JSON file in a folder that only the user can enter.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..atomic_file import write_whole
from ..errors import ConnectionFileError
from ..signing import KEY_BYTES
from .own_files import cannot, check_own_folder, make_own_folder, open_own, open_secret
from .user_folders import runtime_folder

FILE_NAME = "backend.json"
MAX_FILE_BYTES = 4096
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
    make_own_folder(path.parent)
    try:
        with write_whole(path, follows_link=False, opener=open_secret) as file:
            file.write(text.encode() + b"\n")
    except IsADirectoryError as error:
        raise ConnectionFileError(f"{path}: a folder, and no file; remove it") from error
    except OSError as error:
        raise cannot("be written", path, error) from error
    return path


def read_connection() -> Connection | None:
    """The user's backend, or None if there is no file. Raises ConnectionFileError for a file that
    another user could have written or read, or that is damaged. The backend may be gone.
    """
    path = connection_file()
    check_own_folder(path.parent)
    try:
        with os.fdopen(open_own(path, os.O_RDONLY, is_secret=True), "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot("be read", path, error) from error
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
