"""What the plug-ins know of each task, and that nobody else asks for a task's name."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import get_args

import pytest

from dynamic_style.backend.plugin.tasks.completion_task import COMPLETION
from dynamic_style.backend.plugin.tasks.generation_task import GENERATION
from dynamic_style.backend.plugin.tasks.stylize_task import STYLIZE
from dynamic_style.backend.plugin.tasks.table import TASKS, is_known, task_of
from dynamic_style.backend.plugin.tasks.task import Option, Options, Task
from dynamic_style.backend.protocol.errors import UsageError

from ..samples import entry

ALL_SET = Options(True, 1024, True, "in_place", 4, 6, 7)


def test_tasks_are_found_by_the_name_that_packs_give_them() -> None:
    assert [task.id for task in TASKS] == [
        "style_transfer",
        "completion",
        "generation",
    ]
    assert all(task_of(task.id) is task and is_known(task.id) for task in TASKS)


def test_a_task_of_a_later_program_asks_for_an_update() -> None:
    assert not is_known("colorization")
    with pytest.raises(UsageError, match="update it"):
        task_of("colorization")


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_a_task_has_words_and_can_be_set_as_it_begins(task: Task) -> None:
    words = task.words()
    assert all(astuple(words))
    assert "{name}" in words.gone
    assert "_" in words.packs
    assert task.own(task.defaults) == task.defaults
    assert task.defaults.target == task.targets[0]


def test_every_option_can_be_set_in_some_task() -> None:
    assert {field.name for field in fields(Options)} == set(get_args(Option))
    assert frozenset().union(*(task.options for task in TASKS)) == set(get_args(Option))


def test_a_recipe_says_what_the_task_has_and_nothing_of_the_other_one_s() -> None:
    pack = entry("night")
    stylized = STYLIZE.recipe(pack, {"strength": (0.6,)}, ALL_SET, {"layer": "{1}"})
    assert (stylized.task, stylized.pack, stylized.pack_sha256) == (pack.task, "night", pack.sha256)
    assert (stylized.dials, stylized.source) == ({"strength": (0.6,)}, {"layer": "{1}"})
    assert (stylized.working_size_px, stylized.follows_selection) == (1024, True)
    assert (stylized.grow_px, stylized.feather_px, stylized.seed) == (0, 0, 0)
    filled = COMPLETION.recipe(pack, {}, ALL_SET)
    assert (filled.task, filled.target) == ("completion", "in_place")
    assert (filled.grow_px, filled.feather_px, filled.seed) == (4, 6, 7)
    assert (filled.working_size_px, filled.follows_selection) == (None, False)
    made = GENERATION.recipe(pack, {}, ALL_SET)
    assert (made.task, made.seed, made.grow_px) == ("generation", 7, 0)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_options_come_back_from_a_recipe(task: Task) -> None:
    recipe = task.recipe(entry("night"), {}, ALL_SET)
    assert task.options_of(recipe) == task.own(ALL_SET)
