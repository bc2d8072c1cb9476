"""What adds PyTorch, or what training needs, to a Python that lacks it.

Stylizing and filling need neither, so an environment has them only where they were asked for. Those
that the installer makes say in `dynamic-style.json` of which kind they are
(`installer/environment/record.py` writes it); the rest are the user's own.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TORCH = "torch"
TRAINING = "training"
RECORD_NAME = "dynamic-style.json"


@dataclass(frozen=True)
class Remedy:
    """command: for a terminal. needs_copy: whether it is to be given in a copy of the project."""

    command: str
    needs_copy: bool = False

    def __str__(self) -> str:
        place = "in a copy of Dynamic Style give" if self.needs_copy else "give"
        return f"{place} the command: {self.command}"


def remedy(extra: str, python: Path) -> Remedy:
    """What adds TORCH or TRAINING to the environment of that Python, a link as it is."""
    folder = python.parent.parent
    record = _read_record(folder)
    kind = record.get("kind")
    if kind == "copy":
        return Remedy(f"python3 -m installer install --{extra}", needs_copy=True)
    if kind == "editable":
        root = Path(str(record.get("root")))
        named = "" if folder == root / ".venv" else f" --venv {shlex.quote(str(folder))}"
        add = f"python3 -m installer demo --{extra}{named}"
        return Remedy(f"cd {shlex.quote(str(root))} && {add}")
    if kind == "system":
        return Remedy("sudo apt install python3-torch")
    return Remedy(f'"{python}" -m pip install torch')


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / RECORD_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
