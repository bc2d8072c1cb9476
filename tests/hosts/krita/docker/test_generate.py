"""A picture out of nothing in the real Krita: choose a variant, turn the dial, keep it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from ....backend.tiny_faces import make_tiny_faces
from ..person import DOCKER, Person
from .test_inpaint import pixels

DIAL = "dynamic_style_dial_hair"
CONTROLLER = f"find_widget('{DOCKER}').controller"


@pytest.fixture
def making(ready: Person) -> Iterator[Person]:
    """The panel open with a pack that makes pictures, which nobody has afterwards."""
    folder = ready.desk.home / ".local/share/dynamic-style/packs/tiny-faces"
    owner = (ready.desk.home / ".local").stat()
    make_tiny_faces(folder)
    for path in (folder.parent, folder, *folder.iterdir()):
        shutil.chown(path, owner.st_uid, owner.st_gid)
    ready.look(f"{CONTROLLER}.list_packs()")
    ready.wait_until(f"any(p.id == 'tiny-faces' for p in {CONTROLLER}.state.packs)")
    ready.menu("Generate Picture")
    ready.wait_until(f"find_widget('{DIAL}').isVisible()")
    yield ready
    shutil.rmtree(folder)
    ready.look(f"{CONTROLLER}.list_packs()")
    ready.wait_until(f"all(p.id != 'tiny-faces' for p in {CONTROLLER}.state.packs)")
    ready.look("[layer.remove() for layer in layers()[1:]]")


def test_a_picture_is_chosen_turned_and_kept_as_a_layer_of_its_own(making: Person) -> None:
    making.wait_for_preview()
    first = making.picture("generate-preview")
    making.press("dynamic_style_another")
    making.wait_until("find_widget('dynamic_style_seed').value() != 0")
    making.wait_for_preview()
    assert np.abs(making.picture("generate-variant") - first).max() > 8
    making.enter(f"{DIAL}_alpha_number", "1")
    making.wait_for_preview()
    making.desk.display.screenshot("generate-panel")
    photo = pixels(making, "layers()[0]")

    making.apply()
    names = making.layers()
    assert names[0] == "Background" and names[1].startswith("Tiny α 1.00")
    made = pixels(making, "layers()[1]")
    height, width = photo.shape[:2]
    side, edge = min(height, width), abs(width - height) // 2
    inside = np.zeros((height, width), bool)
    inside[:, edge : edge + side] = True  # the photo is wider than high
    assert (made[..., 3][inside] == 255).all()
    assert (made[..., 3][~inside] == 0).all()
    assert made[inside].std(axis=0)[:3].max() > 2, "nothing can be seen"
    assert np.array_equal(pixels(making, "layers()[0]"), photo)
    making.undo()
    assert making.layers() == ["Background"]
