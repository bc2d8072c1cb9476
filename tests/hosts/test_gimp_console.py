"""Stylize in the real GIMP without a display: what a script gets, for every kind of image.

The plug-in and the backend are those that the installer has laid down; the packs are the shipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from .gimp import GimpConsole
from .gimp_topics import (
    HEIGHT,
    TIMEOUT_S,
    WIDTH,
    Topics,
    console_session,
    interpreter,
    pixels,
    run_topics,
)
from .inside import CHECKOUT, INNER_EXCHANGE, Session
from .roots import Root

SHAPE = (HEIGHT, WIDTH, 3)
GRAY_OF_RGB = (0.299, 0.587, 0.114)
PRECISIONS = ("U8_LINEAR", "U16_NON_LINEAR", "U32_LINEAR", "HALF_NON_LINEAR", "FLOAT_LINEAR")

pytestmark = pytest.mark.timeout(2 * TIMEOUT_S)  # the first test waits for all topics

TOPICS = {
    "photo": """
image = load("photo.png")
told = [stylize(image, pack="starry-night", pack_id="", alpha=0.6)]
told += [data(image.get_layers()[0], "R'G'B' u8")]
told += [tree(image), recipe(image.get_layers()[0]), image.get_layers()[-1].get_tattoo()]
""",
    "same options": """
image = load("small.png")
told = [stylize(image, dials="strength=0.2/0.6/1,wave=0.4", scale="64", preserve_color=True)]
told += [data(image.get_layers()[0], "R'G'B' u8")]
""",
    "gray": """
image = load("gray.png")
told = [stylize(image), data(image.get_layers()[0], "Y' u8"), tree(image)]
""",
    "plain": """
image = load("small.png")
told = {"before": data(image.get_layers()[0], "R'G'B' u8")}
for name, alpha in (("high", 0.8), ("low", 0.0)):
    stylize(image, alpha=alpha)
    told[name] = data(image.get_layers()[0], "R'G'B' u8")
    image.remove_layer(image.get_layers()[0])
""",
    "profiles": """
told = {}
for name in ("srgb", "adobe"):
    image = load("srgb.png")
    if name == "adobe":
        adobe = Gimp.ColorProfile.new_rgb_adobe()
        image.convert_color_profile(adobe, Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, True)
    told[name] = [stylize(image), data(image.get_layers()[0], "R'G'B' u8")]
""",
    "depths": f"""
told = {{}}
for precision in {PRECISIONS}:
    image = load("small.png")
    image.convert_precision(getattr(Gimp.Precision, precision))
    done = stylize(image)
    kept = image.get_precision() == getattr(Gimp.Precision, precision)
    told[precision] = [done, kept, data(image.get_layers()[0], "R'G'B' float")]
""",
    "alpha channel": """
image = load("small.png")
layer = add_layer(image, "see-through", (40, 30))
told = [stylize(image, [layer]), data(layer, "A u8"), data(image.get_layers()[0], "A u8")]
""",
    "offset": """
image = load("small.png")
layer = add_layer(image, "aside", (50, 40), (-10, 60), has_alpha=False)
told = [stylize(image, [layer]), tree(image), data(image.get_layers()[0], "R'G'B' u8")]
alone = Gimp.Image.new(50, 40, Gimp.ImageBaseType.RGB)
add_layer(alone, "alone", (50, 40), has_alpha=False)
told += [stylize(alone, alone.get_layers()), data(alone.get_layers()[0], "R'G'B' u8")]
""",
    "selection": """
told = {}
for name in ("soft", "hard", "ignore"):
    for target in ("new-layer", "in-place"):
        image = load("small.png")
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 15, 50, 40)
        Gimp.Selection.feather(image, 12)
        below, before = image.get_layers()[-1], selection(image.get_layers()[-1])
        done = stylize(image, selection=name, target=target)
        top = image.get_layers()[0]
        mask = top.get_mask()
        told[f"{name} {target}"] = {
            "done": done, "layers": len(image.get_layers()), "channels": len(image.get_channels()),
            "selection": before, "after": selection(below), "top": data(top, "R'G'B' u8"),
            "mask": None if mask is None else data(mask, "Y u8"),
            "below": data(below, "R'G'B' u8"),
        }
""",
    "alpha map": """
image = load("small.png")
image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 0, 38, 72)
Gimp.Selection.feather(image, 12)
told = {"half": [stylize(image, alpha_source="selection", selection="ignore"),
                 data(image.get_layers()[0], "R'G'B' u8"), tree(image)],
        "map": selection(image.get_layers()[-1])}
told["both"] = [stylize(image, image.get_layers()[-1:], alpha_source="selection"),
                data(image.get_layers()[1], "R'G'B' u8"),
                data(image.get_layers()[1].get_mask(), "Y u8")]
image = load("small.png")
Gimp.Selection.all(image)
told["all"] = [stylize(image, alpha_source="selection", selection="ignore"),
               data(image.get_layers()[0], "R'G'B' u8")]
""",
    "beside the selection": """
image = load("small.png")
layer = add_layer(image, "corner", (20, 20), (0, 0))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 60, 40, 20, 20)
told = [stylize(image, [layer]), len(image.get_layers())]
""",
    "layer mask": """
image = load("small.png")
layer = image.get_layers()[0]
layer.add_alpha()
mask = layer.create_mask(Gimp.AddMaskType.BLACK)
layer.add_mask(mask)
write(mask, "Y u8", bytes(x * 2 for y in range(72) for x in range(96)))
told = [stylize(image, [layer]), data(image.get_layers()[0].get_mask(), "Y u8")]
told += [data(layer.get_mask(), "Y u8")]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 48, 72)
told += [stylize(image, [layer]), data(image.get_layers()[1].get_mask(), "Y u8")]
""",
    "several layers": """
image = load("small.png")
one = add_layer(image, "one", (30, 20), (5, 5))
two = add_layer(image, "two", (20, 30), (40, 10))
told = [stylize(image, [one, two]), tree(image), len(image.get_selected_layers())]
""",
    "groups and text": """
image = load("small.png")
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
told = {"empty": stylize(image, [group])}
kind, mode = Gimp.ImageType.RGBA_IMAGE, Gimp.LayerMode.NORMAL
inner = Gimp.Layer.new(image, "inner", 30, 20, kind, 100, mode)
inner.fill(Gimp.FillType.WHITE)
image.insert_layer(inner, group, 0)
told["group"] = [stylize(image, [group]), tree(image)]
told["inside"] = [stylize(image, [inner]), [about(layer) for layer in group.get_children()]]
told["in place"] = {"group": stylize(image, [group], target="in-place")}
locked = add_layer(image, "locked", (20, 20))
locked.set_lock_content(True)
told["in place"]["locked"] = stylize(image, [locked], target="in-place")
if hasattr(Gimp, "LinkLayer"):
    link = Gimp.LinkLayer.new(image, Gio.File.new_for_path("/exchange/small.png"))
    image.insert_layer(link, None, 0)
    told["in place"]["link"] = stylize(image, [link], target="in-place")
    told["link"] = stylize(image, [link])
""",
    "no layers": """
image = load("small.png")
layer = image.get_layers()[0]
layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
channel = Gimp.Channel.new(image, "stencil", 96, 72, 50.0, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
told = {"mask": stylize(image, [layer.get_mask()]), "channel": stylize(image, [channel])}
told["nothing"] = stylize(image, [])
indexed = load("small.png")
indexed.convert_indexed(
    Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
told["indexed"] = [stylize(indexed), len(indexed.get_layers())]
floating = load("small.png")
floating.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
Gimp.Selection.float(floating, floating.get_layers(), 5, 5)
told["floating"] = stylize(floating, [floating.get_layers()[-1]])
""",
    "replace": """
image = load("small.png")
source = image.get_layers()[0]
stylize(image, alpha=0.2)
result = image.get_layers()[0]
told = [stylize(image, [result], target="replace"), tree(image), data(result, "R'G'B' u8")]
told += [json.loads(recipe(result))["target"], stylize(image, [source], target="replace")]
image.remove_layer(source)
told += [stylize(image, [result], target="replace")]
""",
    "wrong calls": """
image = load("small.png")
before = data(image.get_layers()[0], "R'G'B' u8")
told = {
    "no pack": stylize(image, pack_id=""),
    "unknown pack": stylize(image, pack_id="stary-night"),
    "alpha": stylize(image, alpha=500.0),
    "dial": stylize(image, dials="strenth=1"),
    "taps": stylize(image, dials="strength=1/2"),
    "no number": stylize(image, dials="strength=much"),
    "scale": stylize(image, scale="big"),
    "last values": call(STYLIZE, image, mode=Gimp.RunMode.WITH_LAST_VALS),
    "nothing to fill": call("plug-in-dynamic-style-inpaint", image),
    "no file": call("plug-in-dynamic-style-install-pack"),
    "no such file": call("plug-in-dynamic-style-install-pack",
                         file=Gio.File.new_for_path("/exchange/none.dynpack")),
}
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
told["cannot fill"] = call("plug-in-dynamic-style-inpaint", image)
told = [told, len(image.get_layers()), data(image.get_layers()[0], "R'G'B' u8") == before]
""",
    "installed pack": """
file = Gio.File.new_for_path("/exchange/my-night")
told = [call("plug-in-dynamic-style-install-pack", file=file)]
told += [stylize(load("small.png"), pack_id="my-night")]
told += [call("plug-in-dynamic-style-install-pack", file=file)]
told += [call("plug-in-dynamic-style-install-pack", file=file, replace=True)]
""",
    "registered": """
procedure = Gimp.get_pdb().lookup_procedure(STYLIZE)
told = {a.get_name(): [a.value_type.name, a.get_blurb()] for a in procedure.get_arguments()}
config = procedure.create_config()
pack = [a for a in procedure.get_arguments() if a.get_name() == "pack"][0]
told = [told, list(Gimp.param_spec_choice_get_choice(pack).list_nicks())]
""",
}


@pytest.fixture(scope="module")
def session(root: Root, installed_home: Path) -> Iterator[Session]:
    with console_session(root, installed_home) as session:
        _add_pictures(session.exchange)
        yield session


@pytest.fixture(scope="module")
def topics(session: Session) -> Topics:
    return run_topics(GimpConsole(session), TOPICS)


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
    results = {}
    for topic, (name, *options) in runs.items():
        session.run(
            *(interpreter(session), "-m", "dynamic_style.backend", "stylize", name),
            *(f"{topic} painted.png", "--pack", "starry-night", *options),
            cwd=INNER_EXCHANGE,
            timeout_s=200,
        )
        with Image.open(session.exchange / f"{topic} painted.png") as picture:
            results[topic] = np.asarray(picture)
    return results


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
def test_every_depth_gives_the_same_picture(topics: Topics, precision: str) -> None:
    done, is_kept, data = topics["depths"][precision]
    assert done["status"] == "success" and is_kept
    picture = pixels(data, SHAPE, "<f4") * 255
    plain = pixels(topics["plain"]["high"], SHAPE)
    # linear light in 8 bits has few steps in the dark, which the net may well enhance
    limit = 24 if precision == "U8_LINEAR" else 2
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
    assert done["status"] == "success" and data == topics["plain"]["high"]


def test_a_selection_beside_the_layer_is_refused(topics: Topics) -> None:
    done, count = topics["beside the selection"]
    assert done["status"] == "calling error" and "does not touch" in done["error"]
    assert count == 2


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
    done, tree, data, target, no_result, gone = topics["replace"]
    assert done["status"] == "success"
    assert tree[0]["name"] == "The Starry Night α 0.80" and len(tree) == 2
    assert data == topics["plain"]["high"] and target == "replace"
    for refused in (no_result, gone):
        assert refused["status"] == "calling error" and "is no result" in refused["error"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no pack", "No pack is named"),
        ("unknown pack", "did you mean starry-night"),
        ("alpha", "alpha 500 is out of range"),
        ("dial", "did you mean 'strength'"),
        ("taps", "it takes 1, or 3"),
        ("no number", "'much' is no number"),
        ("scale", "'big' is no size"),
        ("nothing to fill", "Nothing is selected"),
        ("no file", "No file is named"),
        ("no such file", "none.dynpack"),
    ],
)
def test_wrong_arguments_are_calling_errors(topics: Topics, case: str, words: str) -> None:
    told, layers, is_unchanged = topics["wrong calls"]
    assert told[case]["status"] == "calling error"
    assert words in told[case]["error"]
    assert layers == 1 and is_unchanged


def test_what_cannot_be_done_is_an_execution_error(topics: Topics) -> None:
    told, _, _ = topics["wrong calls"]
    for case in ("last values", "cannot fill"):
        assert told[case]["status"] == "execution error", case
        assert told[case]["error"], case


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
