"""Filling a selection in the real Krita: select, Inpaint Selection, turn the dial, keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ...debian.inside import wait_for
from ..person import DOCKER, SLOW_S, Box, Person

DIAL = "dynamic_style_dial_smoothness"
SLIDER = (-0.3, 1.3)  # its ends: the safe range of the pack that is shipped
HOLE = (752, 425, 70, 55)  # a knot in a board
SIDE_PX = 240  # of the picture with transparency
LARGE = (7680, 4320)
MOST_SENT_PX = 512  # on a side, for a hole of a hundred pixels
STILL_S = 1.5  # what nobody would take for a hang, on a busy machine


@pytest.fixture
def filling(person: Person) -> Iterator[Person]:
    """The panel open with Photo Fill; afterwards there is nothing but the photo."""
    person.menu("Inpaint Selection")
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    yield person
    person.look("[layer.remove() for layer in layers()[1:]]")
    person.settle()
    person.look("document().setActiveNode(layers()[0])")
    person.deselect()


def test_an_object_is_selected_filled_turned_and_kept_by_mouse(filling: Person) -> None:
    chosen = filling.select(*HOLE)
    assert np.abs(np.subtract(chosen, HOLE)).max() <= 2
    shown = filling.look("find_widget('dynamic_style_preview').shown_count")
    filling.menu("Inpaint Selection")
    filling.wait_until(f"find_widget('dynamic_style_preview').shown_count > {shown}")
    filling.wait_for_preview()
    before, start = filling.picture("inpaint-preview"), filling.dial(DIAL)
    filling.desk.display.screenshot("inpaint-panel")
    track = filling.track(DIAL)
    handle = (start - SLIDER[0]) / (SLIDER[1] - SLIDER[0])
    filling.desk.display.drag(track.at(handle, 0.5), track.at(0.97, 0.5))
    wait_for(
        "the preview follows",
        lambda: np.abs(filling.picture("inpaint-turned") - before).max() > 2,
        timeout_s=SLOW_S,
        every_s=0.5,
    )
    assert filling.dial(DIAL) > start
    filling.wait_for_preview()
    turned, photo = shown_image(filling), pixels(filling, "layers()[0]")

    filling.apply()
    filling.wait_until("find_widget('dynamic_style_preview').tag == ''", timeout_s=30)
    filling.desk.display.screenshot("inpaint-applied")
    names = filling.layers()
    assert len(names) == 2 and names[1].startswith("Photo Fill α ")
    check_fill(filling, chosen)
    assert np.array_equal(pixels(filling, "layers()[0]"), photo)
    assert filling.selection() == chosen, "the selection was not left as it was"
    difference = np.abs(shown_image(filling) - turned)
    assert difference.mean() < 3, "the panel shows something else than what was kept"

    # the fill is the active layer now, but it is the photo that is filled anew
    track = filling.track(DIAL)  # lower now, below Edit Again
    filling.desk.display.drag(track.at(0.97, 0.5), track.at(0.6, 0.5))
    filling.wait_for_preview()
    filling.apply()
    assert filling.layers()[:2] == names and len(filling.layers()) == 3
    check_fill(filling, chosen)
    filling.undo()
    assert filling.layers() == names
    filling.undo()
    assert filling.layers() == ["Background"]
    assert filling.selection() == chosen


def test_it_is_told_before_apply_that_there_is_nothing_to_fill(filling: Person) -> None:
    filling.deselect()
    view, apply = "find_widget('dynamic_style_preview')", "find_widget('dynamic_style_apply')"
    filling.wait_until(f"not {apply}.isEnabled()")
    filling.wait_until(f"{view}.image is None and 'Nothing is selected' in {view}.hint")
    filling.desk.display.screenshot("inpaint-nothing-selected")
    filling.look("Krita.instance().action('select_all').trigger()")
    filling.wait_until("document().selection() is not None")
    filling.wait_until("'Everything is selected' in find_widget('dynamic_style_layer').text()")
    assert not filling.look(f"{apply}.isEnabled()")
    choose(filling, HOLE)
    filling.wait_until(f"{apply}.isEnabled()")
    assert filling.layers() == ["Background"]


def test_a_fill_in_place_changes_the_hole_alone_and_variants_differ(filling: Person) -> None:
    choose(filling, HOLE)
    filling.wait_for_preview()
    photo = pixels(filling, "layers()[0]")
    filling.look("find_widget('dynamic_style_target').setCurrentIndex(1)")
    fills = []
    for variant in (0, 7, 7):
        filling.look(f"find_widget('dynamic_style_seed').setValue({variant})")
        filling.apply()
        assert filling.layers() == ["Background"]
        fills.append(pixels(filling, "layers()[0]"))
        filling.undo()
        assert np.array_equal(pixels(filling, "layers()[0]"), photo)
    filling.look("find_widget('dynamic_style_target').setCurrentIndex(0)")
    filling.look("find_widget('dynamic_style_seed').setValue(0)")
    x, y, width, height = HOLE
    grown = int(filling.look("find_widget('dynamic_style_grow').value()"))
    outside = np.ones(photo.shape[:2], bool)
    outside[y - grown : y + height + grown, x - grown : x + width + grown] = False
    assert all(np.array_equal(fill[outside], photo[outside]) for fill in fills)
    assert np.abs(fills[0].astype(int) - photo).max() > 8, "nothing was filled"
    assert np.array_equal(fills[1], fills[2]), "the same variant differs"
    assert not np.array_equal(fills[0], fills[1]), "another variant is the same"


def test_what_is_transparent_is_filled_from_what_is_not(filling: Person) -> None:
    green = np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8)  # blue, green, red, alpha
    green[..., 1] = np.random.default_rng(1).integers(90, 160, (SIDE_PX, SIDE_PX))
    green[..., 3] = 255
    green[:, : SIDE_PX // 3] = 255, 0, 255, 0  # a colour that must not be seen
    (filling.desk.exchange / "green.raw").write_bytes(green.tobytes())
    with_document(
        filling,
        f"made = Krita.instance().createDocument({SIDE_PX}, {SIDE_PX}, '', 'RGBA', 'U8',"
        " 'sRGB-elle-V2-srgbtrc.icc', 72.0)\n"
        "from pathlib import Path\n"
        "data = Path('/exchange/green.raw').read_bytes()\n"
        f"made.rootNode().childNodes()[0].setPixelData(data, 0, 0, {SIDE_PX}, {SIDE_PX})\n"
        "made.refreshProjection()",
    )
    hole = (SIDE_PX // 3 - 30, 100, 60, 40)  # half in it, half beside it
    choose(filling, hole)
    filling.wait_for_preview()
    filling.desk.display.screenshot("inpaint-transparent")
    filling.apply()
    filled = check_fill(filling, hole)
    assert filled[..., 1].mean() > 70 and filled[..., 2].mean() < 40 and filled[..., 0].mean() < 40
    assert np.array_equal(pixels(filling, "layers()[0]"), green)
    assert filling.selection() == hole
    filling.undo()
    assert len(filling.layers()) == 1
    close(filling)


def test_of_a_very_large_layer_only_the_crop_travels(filling: Person) -> None:
    filling.desk.add_picture("large.jpg", size=LARGE)
    with_document(filling, "made = Krita.instance().openDocument('/exchange/large.jpg')")
    filling.look(
        f"controller = find_widget('{DOCKER}').controller\n"
        "worker = controller.worker\n"
        "sent = []\n"
        "def watched(asked):\n"
        "    def ask(request, **how):\n"
        "        sent.append([request.pixels.width, request.pixels.height])\n"
        "        return asked(request, **how)\n"
        "    return ask\n"
        "worker.preview, worker.run = watched(worker.preview), watched(worker.run)"
    )
    hole = (4000, 2000, 120, 90)
    choose(filling, hole)
    filling.wait_for_preview()
    filling.look(
        "import time\n"
        "beats = []\n"
        "def beat():\n"
        "    if controller.progress and controller.progress[0] < 1:  # then Krita adds a layer\n"
        "        beats.append(time.monotonic())\n"
        "heart = QtCore.QTimer()\n"
        "heart.timeout.connect(beat)\n"
        "heart.start(10)"
    )
    filling.apply()
    filling.desk.display.screenshot("inpaint-large")
    longest = filling.look(
        "heart.stop()\nmax(after - before for before, after in zip(beats, beats[1:]))"
    )
    assert longest < STILL_S, f"Krita stood still for {longest:.1f} s while the hole was filled"
    sent = filling.look("del worker.preview, worker.run\nsent")
    assert len(sent) >= 2 and np.max(sent) <= MOST_SENT_PX
    check_fill(filling, hole)
    filling.undo()
    assert len(filling.layers()) == 1
    close(filling)


def choose(person: Person, box: Box) -> None:
    """Select a box that is too small on the screen for the mouse; the preview follows by itself."""
    select = ", ".join(map(str, box))
    shown = person.look("find_widget('dynamic_style_preview').shown_count")
    person.look(
        "from krita import Selection\n"
        f"hole = Selection()\nhole.select({select}, 255)\ndocument().setSelection(hole)"
    )
    person.settle()
    person.wait_until(f"find_widget('dynamic_style_preview').shown_count > {shown}")


def check_fill(person: Person, hole: Box) -> npt.NDArray[np.uint8]:
    """The topmost layer covers the hole, and nothing farther away than it is grown by; return its
    pixels in the hole, (height, width, 4): blue, green, red, alpha.
    """
    grown = int(person.look("find_widget('dynamic_style_grow').value()"))
    x, y, width, height = hole
    whole = person.look(
        "bounds = layers()[-1].bounds()\n"
        "[bounds.left(), bounds.top(), bounds.right() + 1, bounds.bottom() + 1]"
    )
    assert whole[0] >= x - grown and whole[2] <= x + width + grown, "it reaches too far"
    assert whole[1] >= y - grown and whole[3] <= y + height + grown, "it reaches too far"
    filled = pixels(person, "layers()[-1]", hole)
    assert (filled[..., 3] == 255).all()
    return filled


def shown_image(person: Person) -> npt.NDArray[np.int_]:
    """What the preview holds, however large it is drawn: (height, width, 3)."""
    person.look("find_widget('dynamic_style_preview').image.save('/exchange/shown.png')")
    with Image.open(person.desk.exchange / "shown.png") as image:
        return np.asarray(image.convert("RGB")).astype(int)


def pixels(person: Person, layer: str, box: Box | None = None) -> npt.NDArray[np.uint8]:
    """Of a layer that code names, in box or on all of the picture: (height, width, 4)."""
    x, y, width, height = box or (0, 0, *person.look("[document().width(), document().height()]"))
    person.look(
        "from pathlib import Path\n"
        f"data = bytes({layer}.pixelData({x}, {y}, {width}, {height}))\n"
        "Path('/exchange/pixels.raw').write_bytes(data)"
    )
    data = (person.desk.exchange / "pixels.raw").read_bytes()
    return np.frombuffer(data, np.uint8).reshape(height, width, 4)


def with_document(person: Person, made: str) -> None:
    """Show another picture, which code makes and names `made`, beside the photo."""
    person.krita.evaluate(
        f"{made}\nKrita.instance().activeWindow().addView(made)\nNone", timeout_s=SLOW_S
    )
    person.wait_until("document() == made and document().activeNode() is not None")
    person.settle()


def close(person: Person) -> None:
    person.look("made.waitForDone()\nmade.setModified(False)\nmade.close()")
    person.wait_until("document() is not None and len(Krita.instance().documents()) == 1")
    person.settle()
