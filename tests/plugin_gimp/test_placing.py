"""Results in the image: where they lie, what they leave alone, and what is undone in one step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import Image, Layer

WIDTH, HEIGHT = 40, 30
GRAY, RED, BLUE = (90, 90, 90, 255), (255, 0, 0, 255), (0, 0, 255, 255)


def full(color: tuple[int, ...], width: int = WIDTH, height: int = HEIGHT) -> Any:
    return np.tile(np.array(color, np.uint8), (height, width, 1))


@pytest.fixture
def image() -> Image:
    return Image(WIDTH, HEIGHT)


@pytest.fixture
def layer(image: Image) -> Layer:
    return image.add("photo", full(GRAY))


def settings(plugin: Plugin, *, task: str = "style_transfer", **changes: Any) -> Any:
    """changes: members of the recipe, or selection."""
    selection = changes.pop("selection", "soft")
    dials = {"strength": (0.6,)}
    recipe = plugin.recipe.Recipe(task, "night", None, "Starry Night", dials, **changes)
    return plugin.run_settings.Settings(recipe, selection)


def sources(plugin: Plugin, *layers: Layer) -> tuple[Any, ...]:
    return plugin.reading.sources_of(layers[0].image, layers)  # type: ignore[no-any-return]


def painted(plugin: Plugin, request: Any, color: tuple[int, ...]) -> Any:
    """What the backend would answer: all of that colour."""
    pixels = request.pixels
    data = full(color[: 4 if pixels.layout == "rgba" else 3], pixels.width, pixels.height)
    return plugin.messages.Result(request.job, replace(pixels, data=data.tobytes()), {})


def run(plugin: Plugin, work: Any, found: Any, wish: Any, color: tuple[int, ...] = RED) -> Any:
    """As both ways to run do it: check, read, ask, place."""
    work.check_target(found, wish.recipe.target, wish.selection)
    subjects = [work.subject_of(source, wish.recipe.grow_px) for source in found]
    results = [painted(plugin, subject.request(wish.recipe), color) for subject in subjects]
    return work.place(subjects, results, wish)


def stylize(plugin: Plugin, found: Any, wish: Any, color: tuple[int, ...] = RED) -> Any:
    return run(plugin, plugin.layer_task.STYLIZE_LAYERS, found, wish, color)


def fill(plugin: Plugin, found: Any, color: tuple[int, ...] = RED, **changes: Any) -> Any:
    wish = settings(plugin, task="completion", **changes)
    return run(plugin, plugin.layer_task.FILL_HOLES, found, wish, color)


def test_results_become_layers_above_in_one_step(plugin: Plugin, image: Image) -> None:
    lower, upper = image.add("lower", full(GRAY)), image.add("upper", full(BLUE), at=(3, 2))
    made = stylize(plugin, sources(plugin, upper, lower), settings(plugin))
    name = "Starry Night α 0.60"
    assert [one.name for one in image.layers] == [name, "upper", name, "lower"]
    assert image.layers[0].at == (3, 2)
    assert (image.layers[0].buffer.pixels == RED).all()
    assert (upper.buffer.pixels == BLUE).all()
    assert image.groups == 1 and image.depth == 0
    assert image.selected == made


def test_a_new_layer_shows_what_is_selected(plugin: Plugin, image: Image, layer: Layer) -> None:
    image.select(0, 0, 10, HEIGHT, value=128)
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin))
    shown = made.mask.buffer.pixels[:, :, 0]
    assert (shown[:, :10] == 128).all() and not shown[:, 10:].any()
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin, selection="hard"))
    assert (made.mask.buffer.pixels[:, :10] == 255).all()
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin, selection="ignore"))
    assert made.mask is None


@pytest.mark.parametrize(
    ("selection", "inside", "outside"),
    [("soft", 173, 90), ("hard", 255, 90), ("ignore", 255, 255)],
)
def test_in_place_goes_through_the_selection_and_leaves_that(
    plugin: Plugin, image: Image, layer: Layer, selection: str, inside: int, outside: int
) -> None:
    image.select(0, 0, 10, HEIGHT, value=128)
    wish = settings(plugin, target="in_place", selection=selection)
    stylize(plugin, sources(plugin, layer), wish)
    reds = layer.buffer.pixels[:, :, 0]
    assert (reds[:, :10] == inside).all() and (reds[:, 10:] == outside).all()
    assert (image.selection.buffer.pixels[:, :10] == 128).all()
    assert image.channels == [] and image.depth == 0


def test_an_earlier_result_is_made_anew_and_keeps_a_users_name(
    plugin: Plugin, image: Image, layer: Layer
) -> None:
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin))
    again = [replace(sources(plugin, layer)[0], into=made)]
    wish = settings(plugin, target="replace")
    stronger = replace(wish, recipe=replace(wish.recipe, dials={"strength": (1.0,)}))
    stylize(plugin, again, stronger, BLUE)
    assert len(image.layers) == 2
    assert (made.buffer.pixels == BLUE).all()
    assert made.name == "Starry Night α 1.00"
    made.name = "sky"
    stylize(plugin, again, wish, RED)
    assert made.name == "sky"


def test_a_recipe_is_kept_with_its_layer_and_finds_its_source(
    plugin: Plugin, image: Image, layer: Layer
) -> None:
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin))
    recipe = plugin.parasite.recipe_of(made)
    assert (recipe.pack, dict(recipe.dials)) == ("night", {"strength": (0.6,)})
    assert plugin.parasite.source_layer(image, recipe) is layer
    assert plugin.parasite.recipe_of(layer) is None


def test_a_layer_that_cannot_be_taken_undoes_the_others(plugin: Plugin, image: Image) -> None:
    lower, upper = image.add("lower", full(GRAY)), image.add("upper", full(GRAY))
    found = sources(plugin, upper, lower)
    work, wish = plugin.layer_task.STYLIZE_LAYERS, settings(plugin)
    results = [painted(plugin, source.request(wish.recipe), RED) for source in found]
    one = plugin.pixels.packed_pixels(1, 1, bytes(4), layout="rgba", depth="u8", alpha="straight")
    with pytest.raises(plugin.errors.ImageWriteError, match="wrong size"):
        work.place(found, [results[0], replace(results[1], pixels=one)], wish)
    assert image.layers == [upper, lower]
    assert image.groups == 1 and image.depth == 0


@pytest.mark.parametrize("is_open", [True, False], ids=["the layer has gone", "image closed"])
def test_nothing_is_changed_where_the_layer_or_image_has_gone(
    plugin: Plugin, image: Image, layer: Layer, is_open: bool
) -> None:
    found, wish = sources(plugin, layer), settings(plugin)
    results = [painted(plugin, found[0].request(wish.recipe), RED)]
    image.take_away(layer)
    image.is_open = is_open
    with pytest.raises(plugin.errors.UsageError, match="Nothing was changed"):
        plugin.layer_task.STYLIZE_LAYERS.place(found, results, wish)
    assert image.groups == 0 and image.changes == 0


@pytest.mark.parametrize(
    ("target", "what", "why"),
    [
        ("in_place", "is_locked", "are locked"),
        ("in_place", "is_text", "is a text layer"),
        ("replace", "", "is no result"),
    ],
)
def test_what_cannot_be_placed_is_said_before(
    plugin: Plugin, layer: Layer, target: str, what: str, why: str
) -> None:
    setattr(layer, what or "is_locked", bool(what))
    with pytest.raises(plugin.errors.UsageError, match=why):
        stylize(plugin, sources(plugin, layer), settings(plugin, target=target))
    with pytest.raises(plugin.errors.UsageError, match=r"locked|text|no fill"):
        layer.image.select(5, 5, 4, 4)
        fill(plugin, sources(plugin, layer), target=target)
    assert layer.image.groups == 0


def test_a_hard_selection_of_nothing_is_said(plugin: Plugin, image: Image, layer: Layer) -> None:
    image.select(0, 0, 10, 10, value=127)
    wish = settings(plugin, target="in_place", selection="hard")
    with pytest.raises(plugin.errors.UsageError, match="by half or more"):
        stylize(plugin, sources(plugin, layer), wish)


def test_dials_follow_the_selection_where_that_is_asked(
    plugin: Plugin, image: Image, layer: Layer
) -> None:
    (source,) = sources(plugin, layer)
    recipe = settings(plugin, follows_selection=True).recipe
    assert source.request(recipe).mask is None
    image.select(0, 0, 10, HEIGHT, value=200)
    mask = source.request(recipe).mask
    assert mask.role == "alpha_map"
    values = np.frombuffer(bytes(mask.pixels.data), np.uint8).reshape(HEIGHT, WIDTH)
    assert (values[:, :10] == 200).all() and not values[:, 10:].any()


def test_only_the_surroundings_of_a_hole_travel(plugin: Plugin) -> None:
    image = Image(1000, 600)
    layer = image.add("photo", full(GRAY, 1000, 600))
    image.select(10, 20, 30, 40)
    hole = plugin.hole.hole_of(sources(plugin, layer)[0], grow_px=2)
    assert hole.box == (8, 18, 34, 44)
    request = hole.request(settings(plugin, task="completion", grow_px=2).recipe)
    assert request.pixels.width < 500 and request.pixels.height < 500
    assert bytes(request.mask.pixels.data).count(255) == 30 * 40
    small, mask = hole.small(64)
    assert max(small.width, small.height) == 64 == max(mask.pixels.width, mask.pixels.height)


def test_a_fill_is_a_layer_of_the_holes_size(plugin: Plugin, image: Image, layer: Layer) -> None:
    image.select(10, 12, 6, 4)
    (made,) = fill(plugin, sources(plugin, layer), grow_px=1)
    assert (made.at, made.get_width(), made.get_height()) == ((9, 11), 8, 6)
    assert (made.buffer.pixels == RED).all() and (layer.buffer.pixels == GRAY).all()
    assert image.layers == [made, layer] and image.groups == 1
    assert int(image.selection.buffer.pixels.astype(bool).sum()) == 24


def test_a_fill_in_place_changes_nothing_but_the_hole(
    plugin: Plugin, image: Image, layer: Layer
) -> None:
    image.select(10, 12, 6, 4)
    fill(plugin, sources(plugin, layer), grow_px=1, target="in_place")
    changed = (layer.buffer.pixels != GRAY).any(axis=2)
    assert changed[11:17, 9:17].all() and int(changed.sum()) == 8 * 6
    assert int(image.selection.buffer.pixels.astype(bool).sum()) == 24
    assert image.groups == 1 and image.channels == []


def test_an_earlier_fill_moves_with_its_hole(plugin: Plugin, image: Image, layer: Layer) -> None:
    image.select(10, 12, 6, 4)
    (made,) = fill(plugin, sources(plugin, layer))
    image.select(20, 2, 3, 5)
    again = [replace(sources(plugin, layer)[0], into=made)]
    assert fill(plugin, again, BLUE, target="replace") == [made]
    assert (made.at, made.get_width(), made.get_height()) == ((20, 2), 3, 5)
    assert (made.buffer.pixels == BLUE).all() and len(image.layers) == 2


@pytest.mark.parametrize(
    ("selected", "why"),
    [((0, 0, 0, 0), "Nothing is selected"), ((0, 0, WIDTH, HEIGHT), "All of the layer")],
)
def test_a_hole_needs_something_selected_and_something_around(
    plugin: Plugin, image: Image, layer: Layer, selected: tuple[int, int, int, int], why: str
) -> None:
    image.select(*selected)
    with pytest.raises(plugin.errors.UsageError, match=why):
        plugin.hole.hole_of(sources(plugin, layer)[0], grow_px=0)


def test_an_empty_layer_is_told_apart(plugin: Plugin, image: Image) -> None:
    empty = image.add("empty", np.zeros((HEIGHT, WIDTH, 4)))
    with pytest.raises(plugin.errors.UsageError, match="'empty' is empty"):
        plugin.reading.check_painted(sources(plugin, empty))
    empty.buffer.pixels[HEIGHT - 1, WIDTH - 1, 3] = 1
    plugin.reading.check_painted(sources(plugin, empty))
    with pytest.raises(plugin.errors.UsageError, match="No layer is selected"):
        plugin.reading.sources_of(image, [])


def test_a_preview_is_small_and_a_layer_without_alpha_travels_as_it_is(plugin: Plugin) -> None:
    image = Image(600, 300)
    layer = image.add("photo", full(GRAY[:3], 600, 300), model="R'G'B'")
    (source,) = sources(plugin, layer)
    assert (source.pixels().layout, source.pixels().width) == ("rgb", 600)
    small = source.pixels(150)
    assert (small.layout, small.width, small.height) == ("rgba", 150, 75)
    assert bytes(small.data)[:4] == bytes(GRAY)


def test_a_sources_own_mask_goes_on_hiding(plugin: Plugin, image: Image, layer: Layer) -> None:
    mask = layer.create_mask("white")
    mask.buffer.pixels[:, 20:] = 100
    layer.mask = mask
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin))
    assert (made.mask.buffer.pixels == mask.buffer.pixels).all()
    image.select(0, 0, 30, HEIGHT, value=51)
    (made,) = stylize(plugin, sources(plugin, layer), settings(plugin))
    shown = made.mask.buffer.pixels[0, :, 0]
    assert (shown[:20] == 51).all() and (shown[20:30] == 20).all() and not shown[30:].any()
    image.select(18, 5, 4, 4)
    (made,) = fill(plugin, sources(plugin, layer))
    assert made.mask.buffer.pixels[0, :, 0].tolist() == [255, 255, 100, 100]
