"""The tasks that the plug-ins can ask for."""

from __future__ import annotations

from ...protocol.errors import UsageError
from ..translations import tr
from .completion_task import COMPLETION
from .generation_task import GENERATION
from .stylize_task import STYLIZE
from .task import Task

TASKS: tuple[Task, ...] = (STYLIZE, COMPLETION, GENERATION)  # as buttons and menus have them

_BY_ID = {task.id: task for task in TASKS}


def is_known(task_id: str) -> bool:
    """Whether packs and recipes of this task can be used."""
    return task_id in _BY_ID


def task_of(task_id: str) -> Task:
    """Raises UsageError for a task of a later program."""
    if task_id not in _BY_ID:
        raise UsageError(
            tr("This plugin cannot use packs for “{task}” yet; update it.").format(task=task_id)
        )
    return _BY_ID[task_id]
