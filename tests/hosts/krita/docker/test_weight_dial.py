"""A dial of weights in the real Krita: it is turned as any other, and follows no selection."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from ....backend.tiny_weights import make_tiny_weights
from ...one_root import IN_TRIXIE
from ..person import DOCKER, Person

pytestmark = IN_TRIXIE
DIAL = "dynamic_style_dial_second"
FOLLOWS = "find_widget('dynamic_style_follows_selection')"
CONTROLLER = f"find_widget('{DOCKER}').controller"


@pytest.fixture
def turning(ready: Person) -> Iterator[Person]:
    """The panel open with a pack that has such a dial alone, which nobody has afterwards."""
    folder = ready.desk.home / ".local/share/dynamic-style/packs/tiny-weights"
    owner = (ready.desk.home / ".local").stat()
    make_tiny_weights(folder, alone=True)
    for path in (folder.parent, folder, *folder.iterdir()):
        shutil.chown(path, owner.st_uid, owner.st_gid)
    ready.look(f"{CONTROLLER}.list_packs()")
    ready.wait_until(f"any(p.id == 'tiny-weights' for p in {CONTROLLER}.state.packs)")
    yield ready
    shutil.rmtree(folder)
    ready.look(f"{CONTROLLER}.list_packs()")
    ready.wait_until(f"all(p.id != 'tiny-weights' for p in {CONTROLLER}.state.packs)")


def test_it_is_turned_and_the_panel_says_why_no_selection_turns_it(turning: Person) -> None:
    person = turning
    person.place_of("dynamic_style_follows_selection")
    if not person.look(f"{FOLLOWS}.isChecked()"):
        person.press("dynamic_style_follows_selection")
    assert person.look(f"{FOLLOWS}.isEnabled() and {FOLLOWS}.isChecked()")

    person.choose_pack("Tiny Weights")
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    assert not person.look(f"is_shown('{DIAL}_fold')"), "there are no blocks"
    assert not person.look(f"{FOLLOWS}.isEnabled() or {FOLLOWS}.isChecked()")
    assert "they cannot follow the selection" in person.look(f"{FOLLOWS}.toolTip()")
    person.enter(f"{DIAL}_alpha_number", "-1")
    person.wait_for_preview()
    before = person.picture("weights-before")
    person.enter(f"{DIAL}_alpha_number", "1")
    person.wait_for_preview()
    assert np.abs(person.picture("weights-turned") - before).mean() > 2
    person.desk.display.screenshot("weights-panel")
    person.apply()
    assert person.layers()[1].startswith("Tiny Weights α 1.00")
    person.undo()

    person.choose_pack("The Starry Night")
    person.wait_until(f"{FOLLOWS}.isEnabled() and {FOLLOWS}.isChecked()")
    person.press("dynamic_style_follows_selection")
    person.wait_until(f"not {FOLLOWS}.isChecked()")
