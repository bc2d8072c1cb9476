"""What adds PyTorch, or what training needs, to a Python that lacks it.

Stylizing and filling need neither, so an environment has them only where they were asked for. Those
that the installer makes say in `dynamic-style.json` of which kind they are
(`installer/environment/record.py` writes it); the rest are the user's own, and `setup` knows them.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from .plain_files import read_json

TORCH = "torch"
TRAINING = "training"
RECORD_NAME = "dynamic-style.json"
_MAX_RECORD_BYTES = 65_536


def remedy(extra: str, python: Path) -> str:
    """The command that adds TORCH or TRAINING to the environment of that Python. python: as it is
    started, where that is a link.
    """
    folder = python.parent.parent
    record = _read_record(folder)
    kind = record.get("kind")
    if kind == "editable":
        root = Path(str(record.get("root")))
        named = "" if folder == root / ".venv" else f" --venv {shlex.quote(str(folder))}"
        return f"cd {shlex.quote(str(root))} && python3 -m installer demo --{extra}{named}"
    if kind == "system":
        return "sudo apt install python3-torch"
    return f'"{python}" -m dynamic_style.backend setup --{extra}'


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record = read_json(folder / RECORD_NAME, most_bytes=_MAX_RECORD_BYTES)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
