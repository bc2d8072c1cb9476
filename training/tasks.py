"""The tasks that can be trained, by the name that a config gives as `task`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .completion.commands import COMPLETION
from .errors import ConfigError
from .face_generation.commands import FACE_GENERATION
from .settings import TaskConfig
from .style_transfer.commands import STYLE_TRANSFER
from .task_commands import TaskCommands
from .toml_settings import read_table, read_text

TASKS: dict[str, TaskCommands[Any]] = {
    "style_transfer": STYLE_TRANSFER,  # the first is that of configs without the key
    "completion": COMPLETION,
    "generation": FACE_GENERATION,
}


def read_config(path: Path) -> tuple[TaskCommands[Any], TaskConfig, str]:
    """The task that a config is for, its settings, and the TOML text that they came from.

    Raises ConfigError and LossNetworkError.
    """
    text, name = read_text(path), str(path)
    task = read_table(text, name=name).get("task", next(iter(TASKS)))
    if not isinstance(task, str) or task not in TASKS:
        raise ConfigError(f"{path}: task is {task!r:.60}; it must be one of {', '.join(TASKS)}")
    return TASKS[task], TASKS[task].parse_config(text, name), text
