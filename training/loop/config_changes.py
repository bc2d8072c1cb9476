"""In what a run's config and the one it is to go on with would train differently."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from ..settings import TaskConfig


def list_changes(old: TaskConfig, new: TaskConfig, *, free_keys: Sequence[str]) -> list[str]:
    """Say what each setting was and is that differs between two configs.

    free_keys: patterns of dotted keys, such as `dials[0].steps`, that may change.
    """
    before, after = _flatten(old), _flatten(new)
    free = re.compile("|".join(free_keys))
    return [
        f"{key} was {_quote(before, key)} and is {_quote(after, key)}"
        for key in before | after
        if not free.fullmatch(key) and before.get(key) != after.get(key)
    ]


def _flatten(config: TaskConfig) -> dict[str, Any]:
    """{dotted key: value}; tables in lists by their place, `dials[0].steps`."""
    found: dict[str, Any] = {}

    def visit(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                visit(f"{key}.{name}" if key else name, member)
        elif isinstance(value, tuple) and value and isinstance(value[0], dict):
            for index, member in enumerate(value):
                visit(f"{key}[{index}]", member)
        else:
            found[key] = value

    visit("", dataclasses.asdict(config))
    return found


def _quote(values: dict[str, Any], key: str) -> str:
    return repr(values[key]) if values.get(key) is not None else "not there"
