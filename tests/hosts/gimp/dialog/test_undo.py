"""One result is one step: Ctrl+Z takes it away whole, Ctrl+Y brings it back, in a GIMP window."""

from __future__ import annotations

import pytest

from ..image_state import state, step
from ..person import Person

SELECT = """
image.select_rectangle(Gimp.ChannelOps.REPLACE, 200, 150, 500, 400)
Gimp.Selection.feather(image, 12)
"""


@pytest.mark.parametrize(
    "call",
    [
        'stylize(image, [layer], target="new-layer", selection="soft")',
        'stylize(image, [layer], target="in-place", selection="soft")',
        'stylize(image, [layer], target="in-place", selection="hard")',
        'inpaint(image, [layer], target="new-layer", grow=3)',
        'inpaint(image, [layer], target="in-place", grow=3)',
    ],
)
def test_a_result_is_one_undo_step(person: Person, call: str) -> None:
    person.gimp.evaluate(SELECT)
    before = state(person)
    assert person.gimp.evaluate(call, timeout_s=120)["status"] == "success"
    after = state(person)
    assert after[0] != before[0] and after[2:] == before[2:]
    step(person, "ctrl+z", until=before)
    step(person, "ctrl+y", until=after)
    step(person, "ctrl+z", until=before)
