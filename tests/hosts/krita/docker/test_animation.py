"""Frames in the real Krita: a curve drawn by mouse, one new layer, one undo step, and its pictures
beside those of the command line.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ...debian.inside import INNER_EXCHANGE
from ...debian.roots import USER_ID
from ...one_root import IN_TRIXIE
from ..person import DOCKER, Person

SIZE = WIDTH, HEIGHT = 160, 120
CURVE = "dynamic_style_frames_curve"
PACKS = "dynamic_style_pack_list"
BOX = f"0, 0, {WIDTH}, {HEIGHT}"
POINTS = f"[list(point) for point in find_widget('{CURVE}').points]"
KEYS = "[time for time in range(40) if layers()[-1].hasKeyframeAtTime(time)]"


@pytest.fixture
def film(ready: Person) -> Iterator[Person]:
    """A second picture with an animated layer, keyframes at 0, 2 and 4; the panel's part for
    animation is open.

    The keyframes are made as by hand. Krita's own import of frames, from a script or its menu, is
    no way to get them: it loads one file after the other into the same hidden picture, whose image
    it drops while a thread may still work on that, and of every two or three imports of small
    pictures one ends Krita, with or without this plug-in (5.2.9 and 5.3.4).
    """
    ready.look(
        "film = Krita.instance().createDocument("
        f"{WIDTH}, {HEIGHT}, 'film', 'RGBA', 'U8', 'sRGB-elle-V2-srgbtrc.icc', 72.0)\n"
        "Krita.instance().activeWindow().addView(film)\nNone"
    )
    ready.wait_until("document() == film and document().activeNode() is not None")
    for index, time in enumerate((0, 2, 4)):
        ready.desk.add_picture(f"frame{index}.png", size=SIZE, seed=index)
        ready.settle()
        ready.look(f"film.setCurrentTime({time})")
        ready.wait_until(f"film.currentTime() == {time}")
        ready.look("Krita.instance().action('add_blank_frame').trigger()")
        ready.wait_until(f"layers()[0].hasKeyframeAtTime({time})", timeout_s=20)
        ready.look(
            f"image = QtGui.QImage('/exchange/frame{index}.png').convertToFormat(\n"
            "    QtGui.QImage.Format.Format_ARGB32)\n"
            "bits = image.constBits()\nbits.setsize(image.sizeInBytes())\n"
            f"layers()[0].setPixelData(bytes(bits), {BOX})\nNone"
        )
    ready.settle()
    ready.look("film.setFullClipRangeEndTime(5)\nfilm.setCurrentTime(0)")
    ready.wait_until("film.currentTime() == 0")
    ready.settle()
    has_packs = ready.look(f"is_shown({PACKS!r})")
    if has_packs:  # which leave little room for the rest
        ready.press("dynamic_style_pack_button")
    if not ready.look(f"is_shown({CURVE!r})"):
        ready.menu("Stylize Frames…")
    ready.wait_until(f"find_widget('{CURVE}').isVisible()")
    ready.wait_until(f"find_widget('{DOCKER}').controller.animation.keys == (0, 2, 4)")
    yield ready
    if has_packs:
        ready.press("dynamic_style_pack_button")
    ready.look(
        f"animation = find_widget('{DOCKER}').controller.animation\n"
        "animation.set_points('strength', ())\n"
        "animation.set_ease('linear')\n"
        "film.waitForDone()\nfilm.setModified(False)\nfilm.close()"
    )
    ready.wait_until("document() is not None and document() != film")


def spot(person: Person, frame: float, alpha: float) -> tuple[int, int]:
    """Where on the screen the curve has that frame and alpha."""
    person.place_of(CURVE)
    across, down = person.look(
        f"curve = find_widget('{CURVE}')\n"
        f"place = curve.mapToGlobal(curve.place_of({frame}, {alpha}).toPoint())\n"
        "[place.x(), place.y()]"
    )
    return across, down


def frames_of(person: Person, layer: int, times: list[int]) -> npt.NDArray[np.uint8]:
    """The pixels of a layer's keyframes, (time, height, width, BGRA)."""
    person.look(
        f"from pathlib import Path\n"
        f"data = [bytes(layers()[{layer}].pixelDataAtTime({BOX}, time)) for time in {times}]\n"
        "Path('/exchange/frames.raw').write_bytes(b''.join(data))"
    )
    data = (person.desk.exchange / "frames.raw").read_bytes()
    return np.frombuffer(data, np.uint8).reshape(len(times), HEIGHT, WIDTH, 4)


def apply_to_frames(person: Person) -> None:
    layers = len(person.layers())
    person.press("dynamic_style_frames_apply")
    person.wait_until(f"len(layers()) == {layers + 1}")
    person.wait_until("find_widget('dynamic_style_apply').isVisible()")
    person.settle()


def test_a_curve_is_drawn_by_mouse_and_by_keys(film: Person) -> None:
    display = film.desk.display
    display.click(*spot(film, 0, 0.2))
    display.click(*spot(film, 5, 0.8))
    film.wait_until(f"[p[0] for p in {POINTS}] == [0, 5]", timeout_s=20)
    drawn = film.look(POINTS)
    assert drawn[0][1] == pytest.approx(0.2, abs=0.05)
    assert drawn[1][1] == pytest.approx(0.8, abs=0.05)
    display.drag(spot(film, *drawn[1]), spot(film, 3, 1.0))
    film.wait_until(f"[p[0] for p in {POINTS}] == [0, 3]")
    assert film.look(POINTS)[1][1] == pytest.approx(1.0, abs=0.05)
    film.enter("dynamic_style_frames_point_alpha", "0.9")
    film.wait_until(f"{POINTS}[1] == [3, 0.9]")
    film.look(f"find_widget('{CURVE}').setFocus()")
    display.key("Left")
    display.key("Up")
    display.key("ctrl+Right")
    film.wait_until(f"[p[0] for p in {POINTS}] == [1, 3]")
    assert film.look(POINTS)[0][1] == pytest.approx(drawn[0][1] + 0.01)
    display.key("Insert")
    film.wait_until(f"[p[0] for p in {POINTS}] == [1, 2, 3]")
    display.screenshot("curve")
    display.key("Delete")
    film.wait_until(f"len({POINTS}) == 2")
    display.click(*spot(film, *film.look(POINTS)[1]), button=3)
    film.wait_until(f"len({POINTS}) == 1")
    assert film.look("len(layers())") == 1, "a key was taken for Krita's shortcut"


def test_frames_are_those_of_the_command_line_in_one_undo_step(film: Person) -> None:
    display = film.desk.display
    display.click(*spot(film, 0, 0.2))
    film.enter("dynamic_style_frames_point_alpha", "0.1")
    display.click(*spot(film, 4, 0.8))
    film.enter("dynamic_style_frames_point_alpha", "0.9")
    film.wait_until(f"{POINTS} == [[0, 0.1], [4, 0.9]]", timeout_s=20)
    film.wait_until("find_widget('dynamic_style_frames_note').text() == '5 frames to make'")
    times = [0, 1, 2, 3, 4]
    source = frames_of(film, 0, [0, 2, 4])
    apply_to_frames(film)
    display.screenshot("animated")
    assert film.layers()[1:] == ["The Starry Night α 0.10–0.90"]
    assert film.look(KEYS) == times
    made = frames_of(film, 1, times)
    assert film.look("[document().currentTime(), layers()[1].animated()]") == [0, True]

    folder = film.desk.exchange / "clip"
    folder.mkdir()
    for index, held in enumerate((0, 0, 1, 1, 2)):
        pixels = np.ascontiguousarray(source[held][..., 2::-1])
        Image.fromarray(pixels).save(folder / f"f{index}.png")
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, USER_ID, USER_ID)
    record = film.desk.home / ".config/dynamic-style/backend.json"
    film.desk.session.run(
        *(json.loads(record.read_text())["interpreter"], "-m", "dynamic_style.backend", "frames"),
        *("clip", "painted", "--pack", "starry-night", "--alpha", "0=0.1,4=0.9"),
        cwd=INNER_EXCHANGE,
        timeout_s=200,
    )
    for index, frame in enumerate(made):
        with Image.open(film.desk.exchange / f"painted/f{index}.png") as picture:
            assert np.array_equal(frame[..., 2::-1], np.asarray(picture.convert("RGB"))), index

    film.undo()
    assert len(film.layers()) == 1
    assert np.array_equal(frames_of(film, 0, [0, 2, 4]), source)
    film.redo()
    assert film.look(KEYS) == times
    assert np.array_equal(frames_of(film, 1, times), made)

    film.look(f"find_widget('{DOCKER}').controller.animation.set_points('strength', ())")
    film.look("document().setActiveNode(layers()[1])")
    film.wait_until("find_widget('dynamic_style_edit_again').isVisible()")
    film.press("dynamic_style_edit_again")
    film.wait_until(f"{POINTS} == [[0, 0.1], [4, 0.9]]")
    film.wait_until("document().activeNode() == layers()[0]")
    display.screenshot("animated-edit-again")
    film.enter("dynamic_style_frames_last", "2")
    film.wait_until("find_widget('dynamic_style_frames_note').text() == '3 frames to make'")
    apply_to_frames(film)
    display.screenshot("animated-again")
    assert film.layers()[1:] == ["The Starry Night α 0.10–0.90", "The Starry Night α 0.10–0.50"]
    assert np.array_equal(frames_of(film, 2, times[:3]), made[:3])


@contextlib.contextmanager
def slow_frames(person: Person) -> Iterator[None]:
    """A run over frames that take a second each, once the first is done."""
    person.look("find_widget('dynamic_style_working_size').setEditText('2000 px')")
    person.look("find_widget('dynamic_style_working_size_text').editingFinished.emit()")
    person.press("dynamic_style_frames_apply")
    person.wait_until("find_widget('dynamic_style_progress').format().startswith('Frame 2 of 3')")
    yield
    person.look("find_widget('dynamic_style_working_size').setCurrentIndex(0)")
    person.look("find_widget('dynamic_style_working_size').activated.emit(0)")


def test_cancel_keeps_the_frames_that_are_done(film: Person) -> None:
    with slow_frames(film), film.desk.held_backend():
        film.desk.display.screenshot("frames")
        film.press("dynamic_style_cancel")
        film.wait_until("find_widget('dynamic_style_apply').isVisible()", timeout_s=10)
    film.settle()
    (name,) = film.layers()[1:]
    assert name in ("The Starry Night α 0.70 (1 of 3)", "The Starry Night α 0.70 (2 of 3)")
    keys = film.look(KEYS)
    assert keys in ([0, 2], [0, 2, 4]), "behind what is done, one at which nothing is shown"
    assert frames_of(film, 1, keys[:-1]).any() and not frames_of(film, 1, keys[-1:]).any()
    assert film.look("len(Krita.instance().documents())") == 2
    film.undo()
    assert len(film.layers()) == 1


@IN_TRIXIE
def test_a_backend_that_dies_again_and_again_keeps_the_frames_that_are_done(film: Person) -> None:
    """One death between two frames costs nothing: the next backend goes on with the frame."""
    with slow_frames(film):
        film.kill_backends_until("is_shown('dynamic_style_error')")
    film.desk.display.screenshot("frames-killed")
    told = film.look("find_widget('dynamic_style_error_text').text()")
    assert "Frames kept, as a layer: " in told
    assert len(film.layers()) == 2
    film.press("dynamic_style_error_remedy")
    film.wait_until("not is_shown('dynamic_style_error')")
