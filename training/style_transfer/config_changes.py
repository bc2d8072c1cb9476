"""What changed between a run's config and the one it is to go on with, of that which trains: the
rest may change in the middle of a run, or after it.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from ..completion.config import CompletionConfig
from .config import TrainingConfig

# What the manifest, the measurement, the checkpoints' times and the sample sheets are made by.
TRAINS_NOT = (
    r"pack\..*",
    r"dials\[\d+\]\.(title|label_low|label_high|kind|safe_range|default)",
    r"run\.(checkpoint|sample)_.*",
    r"data\.(validation|measured_.*)",
)
TRAINS_NOT_IN_COMPLETION = (*TRAINS_NOT, r"loss\..*")  # its loss network only measures


def training_changes(
    old: TrainingConfig | CompletionConfig, new: TrainingConfig | CompletionConfig
) -> list[str]:
    """A text for each setting that trains and is not the same in both."""
    before, after = _flat(old), _flat(new)
    completion = isinstance(old, CompletionConfig) and isinstance(new, CompletionConfig)
    free = re.compile("|".join(TRAINS_NOT_IN_COMPLETION if completion else TRAINS_NOT))
    keys = [key for key in (before | after) if not free.fullmatch(key)]
    return [
        f"{key} was {_said(before, key)} and is {_said(after, key)}"
        for key in keys
        if before.get(key, None) != after.get(key, None)
    ]


def _flat(config: TrainingConfig | CompletionConfig) -> dict[str, Any]:
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


def _said(values: dict[str, Any], key: str) -> str:
    return repr(values[key]) if values.get(key) is not None else "not there"
