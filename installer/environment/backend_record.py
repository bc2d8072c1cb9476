"""The record by which the plug-ins find the backend's Python, and the packs that came with it:
{"interpreter": "/path/to/python", "packs": "/path/to/packs"}. The second may be missing.

`protocol.process.launch.read_record` is its reader; a test holds the two together.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..atomic_file import write_atomically
from ..errors import ReceiptError
from ..plain_files import read_plain, why_no_path

RECORD_NAME = "backend.json"


def write_backend_record(config: Path, interpreter: Path, *, packs: Path | None = None) -> None:
    """packs: the folder of packs that came with the backend, which GIMP's plug-in lists without
    starting it. Raises ReceiptError. The interpreter's path is kept as it is: where a virtual
    environment's Python is a link, what it points to would not find the environment.
    """
    path = config / RECORD_NAME
    record = {"interpreter": str(interpreter)}
    if packs is not None:
        record["packs"] = str(packs)
    content = json.dumps(record, indent=2).encode() + b"\n"
    try:
        config.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise ReceiptError(
            f"{path} cannot be written ({error.strerror or error}), and the plug-ins do not find "
            "the backend without it.\nMake its folder writable for you, then run this again."
        ) from error


def recorded_interpreter(config: Path) -> Path | None:
    """What the record says; None where there is none, or none that can be read."""
    try:
        interpreter = Path(json.loads(read_plain(config / RECORD_NAME))["interpreter"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return interpreter if interpreter.is_absolute() and not why_no_path(interpreter) else None
