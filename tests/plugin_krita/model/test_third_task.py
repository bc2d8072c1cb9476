"""A task that nobody knew needs a Task and a line in the table, and no line of the panel's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dynamic_style_krita.model import controller as controller_module
from dynamic_style_krita.plugin import panel_state
from dynamic_style_krita.plugin.tasks import table
from dynamic_style_krita.plugin.tasks.stylize_task import STYLIZE
from dynamic_style_krita.plugin.tasks.task import Options

from ..panel import Panel
from ..scripted_worker import pack

TINT = replace(
    STYLIZE,
    id="tint",
    name="tint",
    options=frozenset(("target", "seed")),
    defaults=Options(target="in_place", seed=5),
    targets=("in_place", "new_layer"),
)


@pytest.fixture(autouse=True)
def tint_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table._BY_ID, TINT.id, TINT)
    for module in (table, panel_state, controller_module):
        monkeypatch.setattr(module, "TASKS", (*table.TASKS, TINT))


def test_a_third_task_is_offered_previewed_applied_and_edited_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = Panel(monkeypatch)
    panel.worker.packs.append(pack("sepia", task="tint"))
    panel.open()
    assert panel.controller.has_packs(TINT)
    panel.controller.choose_task(TINT)
    assert panel.controller.state.options == TINT.defaults
    panel.turn(0.2)
    panel.wait()
    assert panel.after is not None and panel.worker.previews[-1].pack == "sepia"
    panel.controller.set_options(replace(TINT.defaults, target="new_layer"))
    panel.controller.apply()
    panel.wait()
    assert panel.document.titles == ["Paper", "Photo", "Sepia α 0.20"]
    panel.controller.choose_task(STYLIZE)
    panel.controller.edit_again()
    assert panel.controller.state.task is TINT
    assert panel.controller.state.options.seed == 5
    panel.controller.close()
    panel.saved()
