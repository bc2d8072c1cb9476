"""Stylize Layers as Frames… in the real GIMP, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...one_root import IN_TRIXIE
from ..image_state import state, step
from ..person import Person

NAMES = ["photo.png", "Frame 2 (100ms)", "Frame 3 (100ms)"]
BAR = "find_widget('frames-progress').get_text()"


@pytest.fixture
def film(person: Person) -> Iterator[Person]:
    """The photo and two copies of it as frames."""
    person.gimp.evaluate(
        f"for name in {NAMES[1:]}:\n"
        "    copy = layer.copy()\n"
        "    copy.set_name(name)\n"
        "    image.insert_layer(copy, None, 0)\n"
        "image.clean_all()"
    )
    yield person
    person.gimp.evaluate(
        "[image.remove_layer(one) for one in image.get_layers()[:-1]]\n"
        "image.set_selected_layers([layer])"
    )


def open_dialog(person: Person, alpha: str) -> None:
    person.open("f", shows="frames-pack")
    person.wait_until("find_widget('frames-pack').get_active_id() is not None")
    person.look("find_widget('frames-pack').set_active_id('starry-night')")
    person.look("find_widget('frames-alpha').set_text('')")
    person.press("frames-alpha")
    person.desk.display.type(alpha)


def test_all_layers_are_stylized_in_one_undo_step(film: Person) -> None:
    before = state(film)
    open_dialog(film, "0=0.1,2")
    film.press("Stylize")
    film.wait_until("'no frame beside it' in find_widget('notice').get_text()")
    film.press("frames-alpha")
    film.desk.display.key("End")
    film.desk.display.type("=0.9")
    film.screenshot("frames")
    film.desk.display.key("Return")
    film.wait_for_end()
    after = state(film)
    assert [layer[0]["name"] for layer in after[0]] == NAMES[::-1]
    assert all(new[2] != old[2] for new, old in zip(after[0], before[0], strict=True))
    film.screenshot("frames-done")
    step(film, "ctrl+z", until=before)
    step(film, "ctrl+y", until=after)
    film.open("f", shows="frames-pack")  # begins as these frames were made, and says so
    film.wait_until("find_widget('frames-pack').get_active_id() == 'starry-night'")
    film.wait_until("'painted once more' in find_widget('notice').get_text()")
    film.screenshot("frames-again")
    assert film.look("find_widget('frames-alpha').get_text()") == "0=0.1,2=0.9"
    film.cancel()
    step(film, "ctrl+z", until=before)


@IN_TRIXIE
def test_a_run_can_be_stopped_with_nothing_changed_or_with_what_is_done(film: Person) -> None:
    before = state(film)
    open_dialog(film, "0.5")
    film.look("find_widget('frames-scale').set_text('1500')")
    film.press("Stylize")
    film.wait_until(f"{BAR}.startswith('Frame 2 of 3')")
    with film.desk.held_backend():
        film.screenshot("frames-running")
        film.desk.display.key("Escape")
        film.wait_until("'Stopped' in find_widget('notice').get_text()")
    assert state(film) == before
    film.press("Stylize")
    film.wait_until(f"{BAR}.startswith('Frame 2 of 3')")
    with film.desk.held_backend():
        film.press("Stop and Keep")
        film.wait_for_end()
    after = state(film)
    changed = [new[2] != old[2] for new, old in zip(after[0], before[0], strict=True)]
    assert changed[-1] and not changed[0], "the lowest is done, the topmost is not"
    step(film, "ctrl+z", until=before)
