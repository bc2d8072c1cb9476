"""Stylize in the real GIMP without a display: what a script gets, for every kind of image.

The plug-in and the backend are those that the installer has laid down; the packs are the shipped.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from ..debian.inside import CHECKOUT, Session
from ..installed import engine, is_light
from ..one_root import IN_TRIXIE, TRIXIE
from .host import GimpConsole
from .stylize_topics import PRECISIONS, REFUSED, TOPICS
from .topics import (
    HEIGHT,
    TIMEOUT_S,
    WIDTH,
    Topics,
    interpreter,
    pixels,
    run_commands,
    run_topics,
)

SHAPE = (HEIGHT, WIDTH, 3)
GRAY_OF_RGB = (0.299, 0.587, 0.114)
WHICH_ENGINE = """
from dynamic_style.backend.protocol.process.launch import running_backend
print(running_backend(host="test", version="1").hello().device)
"""

pytestmark = pytest.mark.timeout(2 * TIMEOUT_S)  # the first test waits for all topics


@pytest.fixture(scope="module")
def topics(session: Session) -> Topics:
    _add_pictures(session.exchange)
    more = REFUSED if session.root.suite == TRIXIE else {}
    return run_topics(GimpConsole(session), TOPICS | more)


@pytest.fixture(scope="module")
def command_line(session: Session, topics: Topics) -> dict[str, npt.NDArray[np.uint8]]:
    """The same pictures from the command line of the installed backend, by topic."""
    map_ = pixels(topics["alpha map"]["map"], (HEIGHT, WIDTH))
    Image.fromarray(map_).save(session.exchange / "map.png")
    runs = {
        "photo": ("photo.png", "--alpha", "0.6"),
        "gray": ("gray.png", "--alpha", "0.8"),
        "same options": (
            *("small.png", "--alpha", "strength=0.2,0.6,1", "--alpha", "wave=0.4"),
            *("--scale", "64", "--preserve-color"),
        ),
        "alpha map": ("small.png", "--alpha", "0.8", "--alpha-map", "map.png"),
    }
    fixed = ("--no-backend", "--pack", "starry-night")
    run_commands(
        session,
        *(
            ("stylize", name, f"{topic} painted.png", *fixed, *options)
            for topic, (name, *options) in runs.items()
        ),
    )
    results = {}
    for topic in runs:
        with Image.open(session.exchange / f"{topic} painted.png") as picture:
            results[topic] = np.asarray(picture)
    return results


def test_the_backend_that_gimp_started_runs_on_the_engine_of_its_installation(
    topics: Topics, session: Session
) -> None:
    assert topics["plain"]
    told = session.run(interpreter(session), "-c", WHICH_ENGINE, timeout_s=60).stdout
    assert f", {engine(session.root)} in " in told


def test_a_photo_becomes_what_the_command_line_makes_of_it(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]]
) -> None:
    done, data, tree, recipe, tattoo = topics["photo"]
    assert done == {"status": "success", "value": "The Starry Night α 0.60"}
    expected = command_line["photo"]
    assert np.array_equal(pixels(data, expected.shape), expected)
    assert [layer["name"] for layer in tree] == ["The Starry Night α 0.60", tree[1]["name"]]
    assert tree[0]["size"] == tree[1]["size"] and not tree[0]["mask"]
    told = json.loads(recipe)
    assert (told["pack"], told["dials"]["strength"]) == ("starry-night", [0.6])
    assert told["source"] == {"layer": str(tattoo)}


def test_all_options_are_the_command_lines(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]]
) -> None:
    done, data = topics["same options"]
    assert done["status"] == "success"
    assert np.array_equal(pixels(data, SHAPE), command_line["same options"])


def test_gray_images_stay_gray(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]]
) -> None:
    done, data, tree = topics["gray"]
    assert done["status"] == "success" and tree[0]["gray"]
    expected = command_line["gray"] @ GRAY_OF_RGB  # a file can take the style's colours
    assert np.abs(pixels(data, (HEIGHT, WIDTH)) - expected).max() < 1.01  # twice rounded


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_depth_gives_the_same_picture(
    topics: Topics, session: Session, precision: str
) -> None:
    done, is_kept, data = topics["depths"][precision]
    assert done["status"] == "success" and is_kept
    picture = pixels(data, SHAPE, "<f4") * 255
    plain = pixels(topics["plain"]["high"], SHAPE)
    # linear light in 8 bits has few steps in the dark, which the net may well enhance
    # and OpenVINO may compute in bfloat16 what has 8 bits, though nothing that has more
    limit = 24 if precision == "U8_LINEAR" else 4 if is_light(session.root) else 2
    assert np.abs(picture - plain).max() < limit
    if precision != "U8_LINEAR":
        assert len(np.unique(picture)) > 1000  # more steps than 8 bits have


def test_colour_profiles_are_respected(topics: Topics) -> None:
    plain = pixels(topics["plain"]["high"], SHAPE)
    done, data = topics["profiles"]["srgb"]
    assert done["status"] == "success"
    assert np.array_equal(pixels(data, SHAPE), plain)
    done, data = topics["profiles"]["adobe"]
    assert done["status"] == "success"
    difference = np.abs(pixels(data, SHAPE).astype(int) - plain)
    assert difference.mean() < 2  # the same colours in other numbers


def test_the_alpha_channel_is_kept(topics: Topics) -> None:
    done, before, after = topics["alpha channel"]
    assert done["status"] == "success"
    assert len(set(pixels(before, (-1,)))) > 30
    assert before == after


def test_a_layer_beside_the_image_is_painted_whole_and_in_its_place(topics: Topics) -> None:
    done, tree, data, alone, expected = topics["offset"]
    assert done["status"] == alone["status"] == "success"
    assert [layer["offsets"] for layer in tree] == [[-10, 60], [-10, 60], [0, 0]]
    assert tree[0]["size"] == [50, 40]
    assert data == expected


def test_a_new_layer_shows_through_the_selection(topics: Topics) -> None:
    full = topics["plain"]["high"]
    for mode in ("soft", "hard"):
        told = topics["selection"][f"{mode} new-layer"]
        selected = pixels(told["selection"], (HEIGHT, WIDTH))
        expected = selected if mode == "soft" else np.where(selected >= 128, 255, 0)
        assert told["done"]["status"] == "success"
        assert told["top"] == full
        assert np.array_equal(pixels(told["mask"], (HEIGHT, WIDTH)), expected)
        assert told["below"] == topics["plain"]["before"]
        assert told["after"] == told["selection"]
    assert topics["selection"]["ignore new-layer"]["mask"] is None


def test_in_place_nothing_changes_outside_the_selection(topics: Topics) -> None:
    full = pixels(topics["plain"]["high"], SHAPE)
    before = pixels(topics["plain"]["before"], SHAPE)
    for mode in ("soft", "hard"):
        told = topics["selection"][f"{mode} in-place"]
        assert told["done"]["status"] == "success" and told["layers"] == 1
        selected = pixels(told["selection"], (HEIGHT, WIDTH))
        painted = pixels(told["below"], SHAPE)
        low, high = (0, 255) if mode == "soft" else (127, 128)
        assert np.array_equal(painted[selected <= low], before[selected <= low])
        assert np.array_equal(painted[selected >= high], full[selected >= high])
        assert np.count_nonzero((selected > 0) & (selected < 255)) > 100  # it is feathered
        assert told["after"] == told["selection"] and told["channels"] == 0
    ignored = topics["selection"]["ignore in-place"]
    assert ignored["below"] == topics["plain"]["high"]
    assert ignored["after"] == ignored["selection"]


def assert_close(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> None:
    """Of what is computed in another order: a map of ones is multiplied, the number 1 is folded
    into the weights. A sum that lies between two numbers is rounded to either.
    """
    apart = np.abs(one.astype(int) - other)
    assert apart.max() <= 1 and np.count_nonzero(apart) < apart.size / 100


def test_the_selection_can_be_the_alpha_map(
    topics: Topics, command_line: dict[str, npt.NDArray[np.uint8]]
) -> None:
    told = topics["alpha map"]
    done, data, tree = told["half"]
    assert done["status"] == "success" and not tree[0]["mask"]
    assert np.array_equal(pixels(data, SHAPE), command_line["alpha map"])
    map_ = pixels(told["map"], (-1,))
    assert np.count_nonzero((map_ > 0) & (map_ < 255)) > 1000  # it is feathered
    done, painted, mask = told["both"]
    assert done["status"] == "success" and painted == data and mask == told["map"]
    done, data = told["all"]
    assert done["status"] == "success"
    assert_close(pixels(data, SHAPE), pixels(topics["plain"]["high"], SHAPE))


@IN_TRIXIE
def test_a_selection_beside_the_layer_or_of_too_little_is_refused(topics: Topics) -> None:
    done, count, hard = topics["beside the selection"]
    assert done["status"] == "calling error" and "does not touch" in done["error"]
    assert count == 2
    assert hard["status"] == "calling error" and "by half or more" in hard["error"]


def test_layer_masks_are_kept_and_copied(topics: Topics) -> None:
    done, copied, own, second, limited = topics["layer mask"]
    assert done["status"] == second["status"] == "success"
    expected = np.tile(np.arange(WIDTH) * 2, (HEIGHT, 1))
    assert np.array_equal(pixels(own, (HEIGHT, WIDTH)), expected)
    assert copied == own
    expected[:, 48:] = 0
    assert np.array_equal(pixels(limited, (HEIGHT, WIDTH)), expected)


def test_several_layers_each_get_their_result_above_them(topics: Topics) -> None:
    done, tree, selected = topics["several layers"]
    assert done["status"] == "success" and selected == 2
    assert [layer["size"] for layer in tree[:4]] == [[20, 30], [20, 30], [30, 20], [30, 20]]
    assert [layer["name"] for layer in tree][1:5:2] == ["two", "one"]


def test_layers_without_pixels_of_their_own(topics: Topics) -> None:
    told = topics["groups and text"]
    assert "empty" in told["empty"]["error"]
    done, tree = told["group"]
    assert done["status"] == "success" and tree[0]["size"] == [30, 20] and len(tree) == 3
    done, children = told["inside"]
    assert done["status"] == "success" and len(children) == 2
    for kind, done in told["in place"].items():
        assert done["status"] == "calling error", kind
        assert "Let the result be a new layer" in done["error"], kind
    assert told.get("link", {"status": "success"})["status"] == "success"


@IN_TRIXIE
def test_an_empty_layer_is_refused_by_name(topics: Topics) -> None:
    told = topics["empty layers"]
    for kind in ("new", "in place", "one of two", "inpaint"):
        assert told[kind]["status"] == "calling error", kind
        assert "The layer 'blank' is empty" in told[kind]["error"], kind
    assert told["layers"] == 2
    assert told["a speck"]["status"] == "success"


def test_what_is_no_layer_is_refused_by_name(topics: Topics) -> None:
    told = topics["no layers"]
    for kind, words in (
        ("mask", "The mask of the layer"),
        ("channel", "'stencil' is a channel"),
        ("nothing", "No layer is selected"),
        ("floating", "floating selection"),
    ):
        assert told[kind]["status"] == "calling error", kind
        assert words in told[kind]["error"], kind
    done, count = told["indexed"]
    assert done["status"] == "calling error" and "Mode ▸ RGB" in done["error"] and count == 1


def test_a_result_can_be_made_anew_from_its_source(topics: Topics) -> None:
    done, tree, data, target, gone = topics["replace"]
    assert done["status"] == "success"
    assert tree[0]["name"] == "The Starry Night α 0.80" and len(tree) == 2
    assert data == topics["plain"]["high"] and target == "replace"
    assert gone["status"] == "calling error" and "is no result" in gone["error"]


@IN_TRIXIE
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("target", "'in place' is not one of new-layer, in-place, replace"),
        ("no file", "No file is named"),
        ("no such file", "none.dynpack"),
    ],
)
def test_wrong_arguments_are_calling_errors(topics: Topics, case: str, words: str) -> None:
    """One of each way to be wrong; the others are seen without GIMP."""
    told, layers, is_unchanged = topics["wrong calls"]
    assert told[case]["status"] == "calling error"
    assert words in told[case]["error"]
    assert layers == 1 and is_unchanged


@IN_TRIXIE
def test_what_cannot_be_done_is_an_execution_error(topics: Topics) -> None:
    told, _, _ = topics["wrong calls"]
    assert told["last values"]["status"] == "execution error"
    assert "No pack is named" in told["last values"]["error"]


def test_a_pack_is_installed_and_used(topics: Topics, session: Session) -> None:
    installed, used, again, replaced = topics["installed pack"]
    assert installed == {"status": "success", "value": "my-night"}
    assert used["status"] == replaced["status"] == "success"
    assert again["status"] == "execution error" and "already" in again["error"]
    version = session.root.versions()["gimp"][:3]
    plugin = session.home / f".config/GIMP/{version}/plug-ins/dynamic-style/dynamic-style.py"
    known = session.home / f".config/GIMP/{version}/pluginrc"
    assert plugin.stat().st_mtime > known.stat().st_mtime  # so that GIMP asks for choices again


def test_procedures_are_documented_with_the_packs_to_choose(topics: Topics) -> None:
    arguments, choices = topics["registered"]
    assert {"pack", "pack-id", "alpha", "dials", "alpha-source", "selection"} < set(arguments)
    assert all(blurb for _, blurb in arguments.values())
    assert {"none", "starry-night", "the-great-wave", "composition-vii"} <= set(choices)


def _add_pictures(folder: Path) -> None:
    srgb: Any = ImageCms.createProfile("sRGB")
    with Image.open(folder / "photo.jpg") as photo:  # decoders of JPEG differ, those of PNG do not
        photo.save(folder / "photo.png")
    with Image.open(folder / "small.png") as picture:
        small = picture.convert("RGB")
    small.save(folder / "srgb.png", icc_profile=ImageCms.ImageCmsProfile(srgb).tobytes())
    small.convert("L").save(folder / "gray.png")
    pack = folder / "my-night"
    shutil.copytree(CHECKOUT / "weights/starry-night", pack)
    manifest = (pack / "pack.json").read_text(encoding="utf-8")
    own = manifest.replace('"id": "starry-night"', '"id": "my-night"', 1)
    (pack / "pack.json").write_text(own, encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
