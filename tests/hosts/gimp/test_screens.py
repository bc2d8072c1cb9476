"""The dialogs in the real GIMP on screens that are small, or have two pixels for GTK's one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..conftest import output_folder
from ..debian.inside import wait_for
from ..debian.roots import Root
from ..one_root import IN_FORKY, IN_TRIXIE
from ..shared_host import SharedHost
from .person import SLOW_S, Person, open_person

SMALL = (1024, 600)
FINE = (2048, 1200)
LARGER_THAN_THE_PREVIEW = (2000, 1500)
BUTTONS = ("Help", "Reset", "Cancel", "OK")
SELECT = "Gimp.get_images()[0].select_rectangle(Gimp.ChannelOps.REPLACE, 300, 300, 200, 150)"
ROWS = (
    "packs = find_widget('packs')\n"
    "[packs.get_adjustment().get_page_size(), packs.get_row_at_index(0).get_allocated_height()]"
)
SIZE = "find_widget('OK').get_toplevel().get_size()"


@pytest.fixture(scope="module")
def netbook(root: Root, installed_home: Path) -> Iterator[SharedHost[Person]]:
    output = output_folder(root, "gimp_small_screen")
    with SharedHost(
        lambda: open_person(root, home=installed_home, output=output, screen=SMALL)
    ) as shared:
        yield shared


@pytest.fixture
def small(netbook: SharedHost[Person], request: pytest.FixtureRequest) -> Person:
    """Somebody at a netbook."""
    return netbook.for_test(request.node)


@IN_FORKY
@pytest.mark.parametrize(("letter", "dial"), [("s", "strength"), ("i", "smoothness")])
def test_the_dialog_fits_a_small_screen_with_a_notice(
    small: Person, letter: str, dial: str
) -> None:
    small.gimp.evaluate(SELECT)
    small.open(letter)
    small.wait_for_preview()
    small.screenshot(f"{letter}-fits")
    check_seen(small, dial)
    size, picture = small.look(SIZE), small.place_of("preview")
    with small.uninstalled_backend():
        small.desk.display.click(*small.place_of(f"number-{dial}").at(0.2, 0.5), count=3)
        small.desk.display.type("0.5\t")
        small.wait_until("'not set up' in find_widget('notice').get_text()")
        small.screenshot(f"{letter}-notice")
        check_seen(small, dial)
        assert small.look(SIZE) == size, "the notice makes the dialog larger"
        assert small.place_of("preview").width == picture.width
    small.wait_for_preview()
    small.cancel()


def check_seen(person: Person, dial: str) -> None:
    """All of the buttons, whole packs, a dial and the picture are on the screen."""
    seen_px, row_px = person.look(ROWS)
    assert seen_px >= row_px and seen_px % row_px == 0
    width, height = person.desk.display.size
    window = person.look(SIZE)
    assert window[0] <= width and window[1] < height
    for name in (*BUTTONS, "packs", f"dial-{dial}", f"number-{dial}", "preview"):
        place = person.place_of(name)
        left, top = place.at(0, 0)
        assert left >= 0 and top >= 0, name
        if name != "packs":  # which is scrolled
            right, bottom = place.at(1, 1)
            assert right <= width and bottom <= height, f"{name} ends at {right}, {bottom}"
    assert min(person.place_of("preview").width, person.place_of("preview").height) > 150


@IN_TRIXIE
def test_one_to_one_shows_the_layers_own_pixels_on_a_fine_screen(
    root: Root, installed_home: Path
) -> None:
    output = output_folder(root, "gimp_fine_screen")
    env = {"GDK_SCALE": "2"}
    size = LARGER_THAN_THE_PREVIEW
    with open_person(
        root, home=installed_home, output=output, size=size, screen=FINE, env=env
    ) as person:
        person.open()
        person.wait_for_preview()
        person.press("1:1")
        person.press("Before")
        wait_for("it shows them", lambda: has_own_pixels(person), timeout_s=SLOW_S)
        person.screenshot("one-to-one")
        person.cancel()


def has_own_pixels(person: Person) -> bool:
    """Whether the picture is a part of the photo, pixel by pixel."""
    shown = person.picture()[20:-20, 20:-20]
    with Image.open(person.desk.exchange / "photo.png") as file:
        photo = np.asarray(file.convert("RGB")).astype(int)
    height, width = shown.shape[:2]
    left, top = (photo.shape[1] - width) // 2, (photo.shape[0] - height) // 2
    return any(
        np.abs(photo[y : y + height, x : x + width] - shown).max() <= 1
        for y in range(top - 2, top + 3)
        for x in range(left - 2, left + 3)
    )
