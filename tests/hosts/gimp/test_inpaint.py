"""Inpaint Selection in the real GIMP without a display: what a script gets, for every kind of
layer.

The plug-in and the backend are those that the installer has laid down; the pack is the shipped one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ..debian.inside import Session
from ..debian.roots import Root
from ..one_root import IN_TRIXIE, TRIXIE
from .host import GimpConsole
from .inpaint_topics import HEIGHT, HOLE, PRECISIONS, REFUSED, SIZE, TOPICS, WIDTH
from .topics import PHOTO, TIMEOUT_S, Topics, console_session, pixels, run_commands, run_topics

SHAPE = (HEIGHT, WIDTH, 3)

pytestmark = pytest.mark.timeout(2 * TIMEOUT_S)  # the first test waits for all topics


@pytest.fixture(scope="module")
def session(root: Root, installed_home: Path) -> Iterator[Session]:
    with console_session(root, installed_home) as session:
        with Image.open(PHOTO) as photo:
            scene = photo.convert("RGB").resize(SIZE)
        scene.save(session.exchange / "scene.png")
        scene.convert("L").save(session.exchange / "scene-gray.png")
        yield session


@pytest.fixture(scope="module")
def topics(session: Session) -> Topics:
    wanted = TOPICS | (REFUSED if session.root.suite == TRIXIE else {})
    topics = {name: f"import base64\n{code}" for name, code in wanted.items()}
    return run_topics(GimpConsole(session), topics)


@pytest.fixture(scope="module")
def photo(session: Session) -> npt.NDArray[np.uint8]:
    with Image.open(session.exchange / "scene.png") as picture:
        return np.asarray(picture)


@pytest.fixture(scope="module")
def command_line(session: Session, topics: Topics) -> dict[str, npt.NDArray[np.uint8]]:
    """The same fills of the same photo from the command line of the installed backend."""
    hard, soft = (told[2] for told in topics["in place"])
    for name, selected in (("hard", hard), ("soft", soft)):
        mask = pixels(selected, (HEIGHT, WIDTH))
        Image.fromarray(mask).save(session.exchange / f"{name}.png")
    fixed = ("--pack", "photo-fill", "--alpha", "0.3", "--grow", "6", "--feather", "5")
    run_commands(
        session,
        *(
            ("complete", "scene.png", f"{name}.png", f"{name} filled.png", *fixed, "--no-backend")
            for name in ("hard", "soft")
        ),
    )
    results = {}
    for name in ("hard", "soft"):
        with Image.open(session.exchange / f"{name} filled.png") as picture:
            results[name] = np.asarray(picture)
    return results


def test_in_place_it_is_what_the_command_line_makes_byte_for_byte(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]]
) -> None:
    for name, told in zip(("hard", "soft"), topics["in place"], strict=True):
        done, data, _selected, is_kept, tree, channels = told
        assert done["status"] == "success"
        assert np.array_equal(pixels(data, SHAPE), command_line[name]), name
        assert is_kept and len(tree) == 1 and channels == 0


def test_a_new_layer_has_the_fill_alone_and_the_holes_size(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]], photo: npt.NDArray[np.uint8]
) -> None:
    done, tree, data, recipe, tattoo, _selected, is_kept, channels = topics["new layer"]
    assert done == {"status": "success", "value": "Photo Fill α 0.30"}
    x, y, width, height = HOLE
    assert tree[0]["offsets"] == [x - 6, y - 6]
    assert tree[0]["size"] == [width + 12, height + 12]
    assert is_kept and channels == 0
    fill = pixels(data, (height + 12, width + 12, 4)).astype(float)
    expected = command_line["hard"][y - 6 : y + height + 6, x - 6 : x + width + 6]
    whole = fill[..., 3] == 255
    assert whole[6:-6, 6:-6].all() and not whole[0].any() and (fill[..., 3] > 0).all()
    assert np.array_equal(fill[..., :3][whole], expected[whole])
    below = photo[y - 6 : y + height + 6, x - 6 : x + width + 6]
    opacity = fill[..., 3:] / 255
    shown = opacity * fill[..., :3] + (1 - opacity) * below
    assert np.abs(shown - expected).max() < 2  # opacity has 8 bits, and both are rounded
    told = json.loads(recipe)
    assert (told["task"], told["pack"]) == ("completion", "photo-fill")
    assert (told["dials"], told["grow_px"], told["feather_px"]) == ({"smoothness": [0.3]}, 6, 5)
    assert told["source"] == {"layer": str(tattoo)}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_depth_is_filled_and_unchanged_around_the_hole(
    topics: Topics, precision: str
) -> None:
    done, is_kept, fill, again, before, after = topics["depths"][precision]
    assert done["status"] == again["status"] == "success" and is_kept
    x, y, width, height = HOLE
    hole = (slice(y, y + height), slice(x, x + width))
    # bit for bit, in all the bits that a layer can have
    kept, now = (pixels(told[1], SHAPE, "<f8").copy() for told in (before, after))
    kept[hole] = now[hole] = 0
    assert np.array_equal(kept, now)
    plain = pixels(topics["twice"][0], (height, width, 4))[..., :3] / 255
    for picture in (
        pixels(fill, (height, width, 4), "<f4")[..., :3],
        pixels(after[0], SHAPE, "<f4")[hole],
    ):
        # the same photo with other rounding: other patches may be nearest here and there
        assert np.abs(picture - plain).mean() < 0.08
    assert (pixels(fill, (height, width, 4), "<f4")[..., 3] == 1).all()


def test_gray_stays_gray(topics: Topics) -> None:
    done, tree, data = topics["gray"]
    assert done["status"] == "success"
    assert tree[0]["gray"] and tree[0]["alpha"]
    width, height = HOLE[2:]
    fill = pixels(data, (height + 12, width + 12, 2))
    assert (fill[6:-6, 6:-6, 1] == 255).all() and len(np.unique(fill[..., 0])) > 10


def test_only_the_layers_own_part_of_the_selection_is_filled(topics: Topics) -> None:
    done, tree, data, alone, expected = topics["offset"]
    assert done["status"] == alone["status"] == "success"
    assert tree[0]["offsets"] == [120, 40] and tree[0]["size"] == [40, 60]
    assert data == expected


def test_transparent_places_give_nothing_and_stay_transparent(topics: Topics) -> None:
    done, data, is_kept, again, in_place = topics["transparency"]
    assert done["status"] == again["status"] == "success" and is_kept
    fill = pixels(data, (40, 60, 4)).astype(int)
    assert (fill[..., 3] == 255).all()
    magenta = (fill[..., 0] - fill[..., 1] > 100) & (fill[..., 2] - fill[..., 1] > 100)
    assert not magenta.any()
    alpha = pixels(in_place, (HEIGHT, WIDTH, 4))[..., 3]
    assert (alpha[100:140, 170:230] == 255).all()
    assert (alpha[:, :210] == 255).all()
    assert np.count_nonzero(alpha[:, 210:]) == 40 * 20


def test_layer_masks_are_copied(topics: Topics) -> None:
    done, mask = topics["layer mask"]
    x, _, width, height = HOLE
    assert done["status"] == "success"
    assert np.array_equal(
        pixels(mask, (height, width)), np.tile(np.arange(x, x + width), (height, 1))
    )


def test_several_layers_and_several_pieces(topics: Topics) -> None:
    done, tree, selected, alpha = topics["several"]
    assert done["status"] == "success" and selected == 2
    assert [layer["size"] for layer in tree] == [[95, 60], [120, 90], [95, 60], [WIDTH, HEIGHT]]
    covered = pixels(alpha, (60, 95))
    assert np.count_nonzero(covered) == 20 * 20 + 15 * 10
    assert (covered[:20, :20] == 255).all() and (covered[50:, 80:] == 255).all()


def test_a_fill_can_be_made_anew_from_its_source(topics: Topics) -> None:
    done, tree, data = topics["replace"]
    assert done["status"] == "success" and len(tree) == 2
    _, expected_tree, expected, *_ = topics["new layer"]
    assert tree[0] == expected_tree[0] and data == expected


def test_equal_calls_give_equal_fills(topics: Topics) -> None:
    first, second = topics["twice"]
    assert first == second


def test_of_an_8k_layer_only_the_surroundings_travel(topics: Topics) -> None:
    done, tree, grown_kib = topics["8K"]
    assert done["status"] == "success"
    assert tree[0]["size"] == [60, 40] and tree[0]["offsets"] == [4330, 2950]
    # the layer has 131 MiB, and as floats four times as much
    assert grown_kib < 64 * 1024


@IN_TRIXIE
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("beside", "does not touch the layer 'corner'"),
        ("a style", "No pack 'starry-night' is installed; Installed: photo-fill"),
        ("all by growing", "grow the selection less"),
        ("all", "nothing to fill it from"),
    ],
)
def test_what_cannot_be_filled_is_a_calling_error(topics: Topics, case: str, words: str) -> None:
    told, layers, is_unchanged = topics["refused"]
    assert told[case]["status"] == "calling error"
    assert words in told[case]["error"]
    assert layers == 1 and is_unchanged


@IN_TRIXIE
def test_repeating_what_was_never_done_fails(topics: Topics) -> None:
    assert topics["last values"]["status"] == "execution error"
    assert "No pack is named" in topics["last values"]["error"]


def test_the_procedure_is_documented_with_the_packs_to_choose(topics: Topics) -> None:
    arguments, choices = topics["registered"]
    assert {"pack", "pack-id", "alpha", "dials", "grow", "feather", "seed", "target"} < set(
        arguments
    )
    assert all(blurb for _, blurb in arguments.values())
    assert choices == ["none", "photo-fill"]
