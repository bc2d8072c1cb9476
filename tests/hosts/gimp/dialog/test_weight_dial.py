"""A dial of weights in the real GIMP: it is turned as any other, and follows no selection."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from ....backend.tiny_weights import make_tiny_weights
from ...one_root import IN_TRIXIE
from ..person import Person
from .test_inpaint import select

pytestmark = IN_TRIXIE
SELECTION = "find_widget('Selection:').get_mnemonic_widget()"
USES = f"[row[1] for row in {SELECTION}.get_model()]"


@pytest.fixture
def turning(person: Person) -> Iterator[Person]:
    """There is a pack that has such a dial alone, which nobody has afterwards."""
    folder = person.desk.home / ".local/share/dynamic-style/packs/tiny-weights"
    owner = (person.desk.home / ".local").stat()
    make_tiny_weights(folder, alone=True)
    for path in (folder.parent, folder, *folder.iterdir()):
        shutil.chown(path, owner.st_uid, owner.st_gid)
    yield person
    shutil.rmtree(folder)


def test_it_is_turned_and_the_dialog_says_why_no_selection_turns_it(turning: Person) -> None:
    person = turning
    select(person, (100, 100, 500, 400))
    person.open()
    person.choose_pack("starry-night")
    assert person.look(USES) == ["soft", "hard", "map", "both", "ignore"]
    person.look(f"{SELECTION}.set_active_id('both')")
    person.wait_for_preview()

    person.choose_pack("tiny-weights", first_dial="second")
    assert person.look(USES) == ["soft", "hard", "ignore"]
    assert person.look(f"{SELECTION}.get_active_id()") == "soft"
    assert "they cannot follow the selection" in person.look(f"{SELECTION}.get_tooltip_text()")
    before = person.picture()
    person.desk.display.click(*person.place_of("number-second").at(0.2, 0.5), count=3)
    person.desk.display.type("-1\t")
    person.wait_until("find_widget('number-second').get_value() == -1")
    person.wait_for_preview()
    assert np.abs(person.picture() - before).mean() > 2
    person.screenshot("weights-turned")
    person.press("OK")
    person.wait_for_end()
    assert person.layers() == ["Tiny Weights α -1.00", "photo.png"]
    person.undo()
