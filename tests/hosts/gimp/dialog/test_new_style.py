"""New Style from Layer… in the real GIMP: from the menu to an installed pack."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ...learning import ADD_TORCH, PHOTOS, add_photos, lay_down
from ...one_root import ON_LIGHT, ON_TORCH
from ..person import Person

TEXT = "find_widget('style-run-text').get_text()"


@ON_LIGHT
def test_where_torch_is_missing_the_dialog_says_how_to_get_it(person: Person) -> None:
    add_photos(person.desk.session)
    open_dialog(person)
    choose_photos(person)
    person.press("Start")
    person.wait_until(f"{ADD_TORCH!r} in find_widget('new-style-error').get_text()")
    person.screenshot("new-style-without-torch")
    person.press("Close")
    person.wait_for_end()
    assert person.layers() == ["photo.png"]


@ON_TORCH
@pytest.mark.timeout(900)
def test_a_new_style_is_made_of_the_layer_and_outlives_its_dialog(person: Person) -> None:
    lay_down(person.desk.session)
    open_dialog(person)
    person.look("find_widget('new-style-title').set_text('Two Dogs')")
    person.press("Start")
    person.wait_until("'folder of photos' in find_widget('new-style-error').get_text()")
    person.screenshot("new-style-refused")

    choose_photos(person)
    person.press("Start")
    person.wait_until(f"'Two Dogs' in {TEXT}")
    person.screenshot("new-style-runs")
    person.press("Close")
    person.wait_for_end()

    person.open("n", shows="new-style-title")
    person.wait_until(f"'is ready' in {TEXT}", timeout_s=400)
    person.screenshot("new-style-ready")
    packs = Path(person.desk.home, ".local/share/dynamic-style/packs")
    assert (packs / "two-dogs" / "pack.json").exists()
    person.press("Dismiss")
    person.wait_until("'style-run' not in [w.get_name() for w in all_widgets()]")
    person.press("Close")
    person.wait_for_end()
    assert person.layers() == ["photo.png"]
    shutil.rmtree(packs / "two-dogs")  # the tests after this one know the packs that are there


def open_dialog(person: Person) -> None:
    person.open("n", shows="new-style-title")
    person.wait_until("find_widget('new-style-title').get_text() == 'photo.png'")


def choose_photos(person: Person) -> None:
    """And the quality that takes no time."""
    person.look(f"find_widget('new-style-photos').set_filename({PHOTOS!r})")
    person.look("find_widget('new-style-quality').set_active_id('trial')")
    person.wait_until(f"find_widget('new-style-photos').get_filename() == {PHOTOS!r}")
