"""Pixels and undo in the real Krita: what is read, what is written, and that one undo step takes
it back. One Krita for all tests of a root; each has pictures of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ..conftest import output_folder
from ..debian.roots import Root
from ..installed import BACKEND_PYTHON
from ..shared_host import SharedHost
from .studio import (
    RUN_TIMEOUT_S,
    SRGB,
    Studio,
    open_studio,
    random_bytes,
    random_pixels,
    stepped_mask,
)

RESULT = "Starry Night α 0.60"

LINEAR = "sRGB-elle-V2-g10.icc"
GRAY = "Gray-D50-elle-V2-srgbtrc.icc"
CMYK = ("CMYKA", "U8", "Chemical proof")
LAB = ("LABA", "U16", "Lab identity built-in")


@pytest.fixture(scope="module")
def shared(root: Root, installed_home: Path) -> Iterator[SharedHost[Studio]]:
    output = output_folder(root, "krita_layers")
    with SharedHost(lambda: open_studio(root, home=installed_home, output=output)) as shared:
        yield shared


@pytest.fixture
def studio(shared: SharedHost[Studio], request: pytest.FixtureRequest) -> Studio:
    return shared.for_test(request.node)


@pytest.fixture
def document(studio: Studio) -> Iterator[Callable[..., None]]:
    """Makes a picture that is closed after the test: document((width, height), space)."""
    made = []

    def make(size: tuple[int, int], space: tuple[str, str, str] = ("RGBA", "U8", SRGB)) -> None:
        studio.new_document(size, space)
        made.append(space)

    yield make
    for _ in made:
        studio.close()


def test_result_is_the_command_lines_and_can_be_edited_again_after_loading(studio: Studio) -> None:
    size, whole = (96, 64), (0, 0, 96, 64)

    def command_line(alpha: float) -> npt.NDArray[np.uint8]:
        dials = [f"--alpha={dial}" for dial in (f"strength={alpha}", "wave=0", "scale=0")]
        studio.desk.session.run(
            *(BACKEND_PYTHON, "-I", "-m", "dynamic_style.backend", "stylize", "--quiet", "--force"),
            *("--no-backend", "--pack", "starry-night", *dials),
            *("/exchange/photo.png", "/exchange/painted.png"),
            timeout_s=RUN_TIMEOUT_S,
        )
        with Image.open(studio.desk.exchange / "painted.png") as painted:
            return np.asarray(painted.convert("RGB"))

    def layer(name: str) -> npt.NDArray[np.uint8]:
        bgra = np.frombuffer(studio.pixels(name, whole), np.uint8).reshape(64, 96, 4)
        assert (bgra[..., 3] == 255).all()
        return bgra[..., 2::-1]

    photo = studio.evaluate("layers()[0].name()")
    steps = studio.history()
    studio.run(photo, "recipe()")
    assert studio.history() == [*steps, "Add Layer"]
    assert [node[0] for node in studio.tree()] == [photo, RESULT]
    painted = command_line(0.6)
    assert np.array_equal(layer(RESULT), painted)

    before = layer(photo)
    studio.evaluate(
        f"layer({RESULT!r}).setName('sky')\n"
        "document().saveAs('/exchange/saved.kra')\n"
        "loaded = Krita.instance().openDocument('/exchange/saved.kra')\n"
        "Krita.instance().activeWindow().addView(loaded)\nNone"
    )
    studio.krita.wait_until("document().fileName().endswith('saved.kra')")
    studio.settle()
    assert studio.evaluate(
        "found = recipe_annotation.recipe_for(document(), layer('sky'))\n"
        "source = recipe_annotation.find_source(document(), found, layer('sky'))\n"
        "[found.pack, found.dials['strength'], source.name()]"
    ) == ["starry-night", [0.6], photo]
    steps = studio.history()
    studio.run(photo, "recipe(alpha=0.2)", edited="sky")
    assert [node[0] for node in studio.tree()] == [photo, "Starry Night α 0.20"]
    assert len(studio.history()) == len(steps) + 1
    assert np.array_equal(layer("Starry Night α 0.20"), command_line(0.2))
    assert np.array_equal(layer(photo), before)
    studio.undo()
    assert [node[0] for node in studio.tree()] == [photo, "sky"]
    studio.redo()
    assert [node[0] for node in studio.tree()] == [photo, "Starry Night α 0.20"]

    mask = stepped_mask(*size)
    studio.select(mask.tobytes(), whole)
    studio.run(photo, "recipe('in_place')")
    changed = layer(photo)
    assert np.array_equal(changed[mask == 0], before[mask == 0])
    assert np.array_equal(changed[mask == 255], painted[mask == 255])
    blended = before * (1 - 100 / 255) + painted * (100 / 255)
    assert np.abs(changed - blended)[mask == 100].max() <= 0.71  # painted is rounded, too
    studio.undo()
    assert np.array_equal(layer(photo), before)
    studio.close()


@pytest.mark.parametrize(
    ("space", "described"),
    [
        (("RGBA", "U8", SRGB), ["bgra", "u8", "srgb"]),
        (("RGBA", "U16", SRGB), ["bgra", "u16", "srgb"]),
        (("RGBA", "F16", LINEAR), ["rgba", "f16", "linear"]),
        (("RGBA", "F32", LINEAR), ["rgba", "f32", "linear"]),
        (("GRAYA", "U8", GRAY), ["gray_alpha", "u8", "srgb"]),
        (("GRAYA", "U16", GRAY), ["gray_alpha", "u16", "srgb"]),
    ],
)
def test_native_pixels_come_and_go_byte_for_byte(
    studio: Studio, document: Any, space: tuple[str, str, str], described: list[str]
) -> None:
    document((40, 30), space)
    box = (-6, 10, 60, 33)  # beyond the canvas on three sides
    pixels, other = (random_pixels(space, 60 * 33, seed=seed) for seed in (1, 2))
    studio.add_layer("source", pixels, box)
    steps = studio.history()

    data, read = studio.read("source")
    assert (data, read) == (pixels, [list(box), *described])
    assert studio.history() == steps, "reading is no undo step"

    studio.write(other, "new_layer")
    assert studio.pixels(RESULT, box) == other
    assert studio.history() == [*steps, "Add Layer"]
    studio.undo()
    assert [node[0] for node in studio.tree()][-1] == "source"

    studio.read("source")
    studio.write(other, "in_place")
    assert studio.pixels("source", box) == other
    assert len(studio.history()) == len(steps) + 1
    studio.undo()
    assert studio.pixels("source", box) == pixels
    studio.redo()
    assert studio.pixels("source", box) == other


@pytest.mark.parametrize("space", [CMYK, LAB, ("RGBA", "U8", "ClayRGB-elle-V2-g22.icc")])
def test_other_colour_spaces_are_converted_and_keep_what_is_not_selected(
    studio: Studio, document: Any, space: tuple[str, str, str]
) -> None:
    document((40, 30), space)
    box = (0, 0, 40, 30)
    pixels = random_pixels(space, 40 * 30)
    studio.add_layer("source", pixels, box)
    mask = stepped_mask(40, 30)
    studio.select(mask.tobytes(), box)
    steps = studio.history()

    data, read = studio.read("source")
    assert read[1] == "bgra"
    assert studio.history() == steps, "converting leaves no undo step behind"

    # gray is in every gamut, so that it comes back as it was written
    wide = np.uint16 if read[2] == "u16" else np.uint8
    result = np.frombuffer(data, wide).reshape(30, 40, 4).copy()
    result[mask > 0, :3] = np.iinfo(wide).max // 2
    studio.write(result.tobytes(), "in_place")
    assert len(studio.history()) == len(steps) + 1

    rows = np.frombuffer(pixels, np.uint8).reshape(30, 40, -1)
    written = np.frombuffer(studio.pixels("source", box), np.uint8).reshape(30, 40, -1)
    assert np.array_equal(written[mask == 0], rows[mask == 0])
    assert not np.array_equal(written[mask > 0], rows[mask > 0])
    again = np.frombuffer(studio.read("source")[0], wide).reshape(30, 40, 4).astype(int)
    error = np.abs(again - result.astype(int))[mask > 0] / np.iinfo(wide).max
    assert error[..., :3].max() < 0.08  # Krita's way to CMYK inks and back is off by 0.055
    assert error[..., 3].max() == 0, "alpha is kept"
    studio.undo()
    assert studio.pixels("source", box) == pixels


def test_a_new_layer_wears_the_selection_as_a_mask_also_when_edited_again(
    studio: Studio, document: Any
) -> None:
    document((40, 30))
    whole = (0, 0, 40, 30)
    opaque = np.frombuffer(random_bytes(40 * 30 * 4), np.uint8).reshape(30, 40, 4).copy()
    opaque[..., 3] = 255
    studio.add_layer("source", opaque.tobytes(), whole)
    mask = stepped_mask(40, 30)
    studio.select(mask.tobytes(), whole)
    steps = studio.history()
    studio.read("source")
    painted = opaque.copy()
    painted[..., :3] = 255 - opaque[..., :3]
    studio.write(painted.tobytes(), "new_layer")

    assert studio.tree()[-1] == [RESULT, "paintlayer", [["Selection", "transparencymask", []]]]
    assert studio.evaluate("document().activeNode().name()") == RESULT, "not the mask on it"
    assert studio.history() == [*steps, "Add Layer"]
    shown = np.frombuffer(studio.shown(whole), np.uint8).reshape(30, 40, 4)
    assert np.array_equal(shown[mask == 0], opaque[mask == 0])
    assert np.array_equal(shown[mask == 255], painted[mask == 255])

    studio.evaluate("document().setSelection(None)")
    studio.settle()
    steps = studio.history()
    studio.read("source", edited=RESULT)
    assert studio.get("mask.raw") == mask.tobytes(), "its own mask, though nothing is selected now"
    again = opaque.copy()
    again[..., :3] = 7
    studio.write(again.tobytes(), "new_layer", over=RESULT)
    assert studio.tree()[-1] == [RESULT, "paintlayer", [["Selection", "transparencymask", []]]]
    assert studio.evaluate("document().activeNode().name()") == RESULT
    assert len(studio.history()) == len(steps) + 1
    edited = np.frombuffer(studio.shown(whole), np.uint8).reshape(30, 40, 4)
    assert np.array_equal(edited[mask == 0], opaque[mask == 0])
    assert np.array_equal(edited[mask == 255], again[mask == 255])
    studio.undo()
    assert np.array_equal(np.frombuffer(studio.shown(whole), np.uint8).reshape(shown.shape), shown)


def test_groups_and_shapes_give_what_they_show_and_are_replaced_in_one_step(
    studio: Studio, document: Any
) -> None:
    document((40, 30))
    studio.put(b"\x10\x20\x30\xff" * 100, "inner.raw")
    studio.evaluate(
        "group = document().createGroupLayer('group')\n"
        "document().rootNode().addChildNode(group, None)\n"
        "add_layer('inner', 'inner.raw', (-5, 3, 10, 10), group)\n"
        "group.setOpacity(128)\n"
        "shapes = document().createVectorLayer('shapes')\n"
        "document().rootNode().addChildNode(shapes, None)\n"
        'shapes.addShapesFromSvg(\'<svg width="40pt" height="30pt"><rect x="5" y="5" '
        'width="20" height="20" fill="#ff0000"/></svg>\')\n'
        "document().refreshProjection()"
    )
    studio.settle()
    for name in ("group", "shapes"):
        before, steps, places = studio.tree(), studio.history(), len(studio.tree())
        data, (box, *_) = studio.read(name)
        if name == "group":
            assert (box, data) == ([0, 3, 5, 10], b"\x10\x20\x30\xff" * 50), "what the canvas shows"
        result = b"\x40\x50\x60\xff" * (len(data) // 4)
        studio.write(result, "replace")
        assert studio.pixels(RESULT, tuple(box)) == result
        assert len(studio.history()) == len(steps) + 1
        assert len(studio.tree()) == places
        if name == "group":
            assert studio.evaluate(f"layer({RESULT!r}).opacity()") == 128
        studio.undo()
        assert studio.tree() == before
    refused = studio.evaluate("list(use_of('group').refused)")
    assert refused == ["in_place"]


def test_locked_and_animated_layers_take_a_new_layer_and_keep_their_own_pixels(
    studio: Studio, document: Any
) -> None:
    document((40, 30))
    box = (0, 0, 40, 30)
    pixels, other = random_bytes(4800), random_bytes(4800, seed=2)
    for name, made in (("locked", "setLocked(True)"), ("animated", "enableAnimation()")):
        studio.add_layer(name, pixels, box)
        studio.evaluate(f"layer({name!r}).{made}")
        assert set(studio.evaluate(f"list(use_of({name!r}).refused)")) == {"in_place", "replace"}
        assert studio.read(name)[0] == pixels
        studio.put(other, "result.raw")
        studio.evaluate("begin_writing('result.raw', 'replace')")
        studio.krita.wait_until("outcome.is_over")
        assert "Choose another place" in studio.evaluate("error_text()")
        studio.write(other, "new_layer")
        assert studio.pixels(name, box) == pixels
        assert studio.pixels(RESULT, box) == other
        studio.undo()


def test_a_layer_that_was_removed_meanwhile_is_named_and_nothing_happens(
    studio: Studio, document: Any
) -> None:
    document((40, 30))
    studio.add_layer("source", random_bytes(4800), (0, 0, 40, 30))
    studio.read("source")
    studio.evaluate("layer('source').remove()")
    before = studio.tree()
    studio.put(random_bytes(4800), "result.raw")
    studio.evaluate("begin_writing('result.raw', 'new_layer')")
    studio.krita.wait_until("outcome.is_over")
    assert "“source” is no longer there" in studio.evaluate("error_text()")
    assert studio.tree() == before


def test_previews_are_small_and_in_srgb_whatever_the_layer_is(
    studio: Studio, document: Any
) -> None:
    document((300, 200), ("RGBA", "F32", LINEAR))
    half = np.full((200 * 300, 4), (0.5, 0.25, 0.0, 1.0), np.float32)
    studio.add_layer("source", half.tobytes(), (0, 0, 300, 200))
    steps = studio.history()
    studio.evaluate(
        "use = use_of('source')\n"
        "begin(preview_reading.read_preview(document(), use, use.bounds, (60, 40)))"
    )
    studio.finish()
    assert studio.history() == steps
    studio.evaluate("(EXCHANGE / 'preview.raw').write_bytes(outcome.value.pixels.data)")
    preview = np.frombuffer(studio.get("preview.raw"), np.uint8).reshape(40, 60, 4)
    assert np.abs(preview.astype(int) - (0, 137, 188, 255)).max() <= 1  # BGRA on sRGB's curve

    studio.evaluate("Krita.instance().activeWindow().activeView().canvas().setZoomLevel(30.0)")
    region = "list(canvas_view.visible_region(Krita.instance().activeWindow(), document(), {}))"
    x, y, width, height = studio.evaluate(region.format("use.bounds"))
    assert 0 < width < 150 and 0 < height < 120
    assert x >= 0 and y >= 0 and x + width <= 300 and y + height <= 200
