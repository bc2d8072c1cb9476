"""The backend's log: a rotating file beside the connection file; it holds no pictures and no keys.

What others have named, such as hosts, packs and files, is in its messages. No such name can begin a
line, turn the direction of the text or hide anything from who reads the log in a terminal.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
from io import TextIOWrapper
from pathlib import Path

from ..protocol.process.own_files import open_own
from ..protocol.process.user_folders import runtime_folder
from ..protocol.texts.printable import printable

LOG_NAME = "backend.log"
LOG_BYTES = 1 << 20
LOG_FILES = 3
_CONTINUED = "    "  # no other line begins so


def open_log() -> None:
    """Let everything that the program logs go there. Raises ConnectionFileError."""
    handler = _OwnFileHandler(
        runtime_folder() / LOG_NAME, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1
    )
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("dynamic_style")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk must not end the backend


class SafeFormatter(logging.Formatter):
    """A message is one line, a traceback has indented lines, and neither has control characters."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return printable(super().formatMessage(record))

    def formatException(self, ei: logging._SysExcInfoType) -> str:
        lines = super().formatException(ei).split("\n")
        return "\n".join(_CONTINUED + printable(line) for line in lines)


class _OwnFileHandler(logging.handlers.RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        descriptor = open_own(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
