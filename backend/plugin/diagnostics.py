"""What a user pastes into a report: versions, state, the last error, the ends of the logs.

It names no home folder, no user and no key.
"""

from __future__ import annotations

import getpass
import platform
import re
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..protocol.codec import PROTOCOL_VERSION
from ..protocol.errors import ConnectionFileError
from ..protocol.messages import PackEntry, Stats, Welcome
from ..protocol.process.launch import OUTPUT_NAME, record_path
from ..protocol.process.plain_files import open_plain
from ..protocol.process.user_folders import runtime_folder

LOG_NAMES = ("backend.log", OUTPUT_NAME)
LOG_LINES = 40
_LONG_HEX = re.compile(r"\b[0-9a-fA-F]{32,}\b")  # a key has 64 digits


def diagnostics_text(
    *,
    host: str,
    version: str,
    state: str,
    welcome: Welcome | None = None,
    stats: Stats | None = None,
    packs: Iterable[PackEntry] = (),
    error: BaseException | None = None,
    more: Mapping[str, str] | None = None,
) -> str:
    """host and version: as the worker has them. state: of the backend. more: what a host adds."""
    lines = [
        f"Dynamic Style {version} in {host}, protocol {PROTOCOL_VERSION}",
        f"Python {platform.python_version()} on {platform.platform()} {platform.machine()}",
        f"backend: {state}",
        f"record: {record_path()}{'' if record_path().exists() else ' (missing)'}",
    ]
    if welcome is not None:
        lines.append(f"backend {welcome.backend_version} on {welcome.device}")
        lines.append(f"requests: {', '.join(welcome.requests)}")
    if stats is not None:
        lines += [f"{name}: {value}" for name, value in vars(stats).items()]
    lines += [f"pack: {p.id} {p.version} ({p.task}) {p.sha256[:12]}" for p in packs]
    lines += [f"{name}: {value}" for name, value in (more or {}).items()]
    if error is not None:
        lines.append(f"last error: {type(error).__name__}: {error}")
    for name in LOG_NAMES:
        lines += _log_end(name)
    return redacted("\n".join(lines)) + "\n"


def redacted(text: str) -> str:
    """The text without the home folder, the user's name and anything that could be a key."""
    text = _LONG_HEX.sub("<hexadecimal>", text)
    try:
        home, user = str(Path.home()), getpass.getuser()
    except (RuntimeError, OSError, KeyError, ImportError):
        return text
    for form in (home, home.replace("\\", "/"), home.replace("\\", "\\\\")):
        if len(form) > 1:
            text = text.replace(form, "~")
    # as a part of a path only: a user called "style" must not empty the report
    separators = r"[\\/]"
    return re.sub(rf"({separators}){re.escape(user)}(?=({separators}|$))", r"\1<user>", text)


def _log_end(name: str) -> list[str]:
    try:
        with open_plain(runtime_folder() / name) as file:
            end = [line.decode("utf-8", errors="replace") for line in deque(file, LOG_LINES)]
    except (OSError, ConnectionFileError):
        return []
    return ["", f"-- the end of {name}", *(line.rstrip("\r\n") for line in end)]
