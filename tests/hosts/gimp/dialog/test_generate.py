"""Generate Picture… in the real GIMP, used by mouse: another variant, a turned dial, keep, edit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from ....backend.tiny_faces import make_tiny_faces
from ...one_root import IN_TRIXIE
from ..image_state import state, step
from ..person import Person
from ..topics import pixels

pytestmark = IN_TRIXIE
VARIANT = "find_widget('Variant:').get_mnemonic_widget().get_value_as_int()"


@pytest.fixture
def making(person: Person) -> Iterator[Person]:
    """There is a pack that makes pictures, which nobody has afterwards."""
    folder = person.desk.home / ".local/share/dynamic-style/packs/tiny-faces"
    owner = (person.desk.home / ".local").stat()
    make_tiny_faces(folder)
    for path in (folder.parent, folder, *folder.iterdir()):
        shutil.chown(path, owner.st_uid, owner.st_gid)
    yield person
    shutil.rmtree(folder)


def test_a_picture_is_chosen_turned_kept_and_edited_by_mouse(making: Person) -> None:
    person = making
    before = state(person)
    person.open_by_mouse("Generate Picture")
    person.wait_for_preview()
    person.screenshot("generate-opened")
    assert person.look("find_widget('packs').get_selected_row().get_name()") == "pack-tiny-faces"
    first = person.picture()
    take_another(person)
    assert np.abs(person.picture() - first).max() > 8, "another variant looks the same"

    slider = person.place_of("dial-hair")
    start = person.number("hair")
    person.desk.display.drag(slider.at(0.3, 0.3), slider.at(0.6, 0.3))
    person.wait_until(f"find_widget('number-hair').get_value() != {start}")
    person.wait_for_preview()
    person.screenshot("generate-turned")
    variant, hair = person.look(VARIANT), person.number("hair")
    person.press("OK")
    person.wait_for_end()
    person.screenshot("generated")

    after = state(person)
    (about, _recipe, data), below = after[0]
    assert below == before[0][0] and after[1:] == before[1:], "more has changed than the picture"
    assert about["name"].startswith(f"Tiny α {hair:.2f}")
    assert (about["offsets"], about["size"]) == ([0, 0], below[0]["size"])
    made = pixels(data, (*reversed(about["size"]), 4))
    height, width = made.shape[:2]
    side, edge = min(height, width), abs(width - height) // 2
    inside = np.zeros((height, width), bool)
    inside[:, edge : edge + side] = True  # the photo is wider than high
    assert (made[..., 3][inside] == 255).all() and (made[..., 3][~inside] == 0).all()
    assert made[inside].std(axis=0)[:3].max() > 2, "nothing can be seen"
    step(person, "ctrl+z", until=before)
    step(person, "ctrl+y", until=after)

    person.open("g")  # on the picture, which is selected now
    person.wait_for_preview()
    assert person.look(VARIANT) == variant
    assert person.number("hair") == pytest.approx(hair)
    take_another(person)
    person.screenshot("generate-edited")
    person.press("OK")
    person.wait_for_end()
    names = person.layers()
    assert names == [about["name"], "photo.png"], "the picture was not made anew in its place"
    assert state(person)[0][0][2] != data
    step(person, "ctrl+z", until=after)
    step(person, "ctrl+z", until=before)


def test_what_comes_with_the_program_makes_faces(person: Person) -> None:
    before = state(person)
    person.open("g")
    person.wait_until("find_widget('packs').get_selected_row().get_name() == 'pack-avatars'")
    person.wait_for_preview()
    person.screenshot("generate-avatars")
    person.cancel()
    assert state(person) == before


def take_another(person: Person) -> None:
    variant = person.look(VARIANT)
    person.press("Another")
    person.wait_until(f"{VARIANT} != {variant}")
    person.wait_for_preview()
