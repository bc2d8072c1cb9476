"""A config as the TOML text that `run` reads: every setting, so that no default can change it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ..settings import TaskConfig


def to_toml(config: TaskConfig, *, comment: str) -> str:
    """comment: the first line."""
    lines = [f"# {comment}"]
    _add_table(lines, "", dataclasses.asdict(config))
    return "\n".join(lines) + "\n"


def _add_table(lines: list[str], name: str, table: dict[str, Any]) -> None:
    """Values first, as TOML wants it, then the tables inside, then lists of tables."""
    inner: list[tuple[str, str, dict[str, Any]]] = []
    for key, value in table.items():
        whole = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            inner.append((f"[{whole}]", whole, value))
        elif isinstance(value, tuple) and value and isinstance(value[0], dict):
            inner += [(f"[[{whole}]]", whole, member) for member in value]
        elif value is not None:
            lines.append(f"{key} = {_to_value(value)}")
    for heading, whole, member in inner:
        lines += ["", heading]
        _add_table(lines, whole, member)


def _to_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):  # TOML's basic strings have JSON's escapes, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_to_value, value))}]"
    if isinstance(value, float):
        text = repr(value)
        return text if any(letter in text for letter in ".e") else f"{text}.0"
    return str(value)
