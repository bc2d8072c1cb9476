"""What a script or the last use asks of Stylize…, Inpaint Selection… and Generate Picture…."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Plugin
from .samples import Config, GenerateConfig, InpaintConfig, pack_entry


def read(plugin: Plugin, config: Config) -> Any:
    return plugin.arguments.read_arguments(config, task_of(plugin, config))


def task_of(plugin: Plugin, config: Config) -> Any:
    return plugin.table.task_of(config.task)


def settings(plugin: Plugin, config: Config, size: tuple[int, int] = (300, 400)) -> Any:
    task = task_of(plugin, config)
    arguments = read(plugin, config)
    pack = pack_entry(plugin, id_=arguments.pack, task=task.id)
    return plugin.arguments.settings_of(arguments, task, pack, size)


def test_a_script_names_the_pack_by_choice_or_by_id(plugin: Plugin) -> None:
    assert read(plugin, Config(pack="starry-night")).pack == "starry-night"
    assert read(plugin, Config(pack="starry-night", pack_id="my-own")).pack == "my-own"
    assert read(plugin, Config()).pack == ""
    from_script_fu = Config(pack_id=None, dials=None, scale=None)
    assert read(plugin, from_script_fu).pack == ""


def test_arguments_become_settings(plugin: Plugin) -> None:
    config = Config(
        pack="starry-night",
        dials="strength=0.2/0.6/1",
        alpha_source="selection",
        selection="hard",
        scale="50%",
        target="in-place",
        preserve_color=True,
    )
    found = settings(plugin, config, (300, 401))
    recipe = found.recipe
    assert recipe.dials == {"strength": (0.2, 0.6, 1.0), "wave": (0.0,)}
    assert (recipe.task, recipe.pack, recipe.pack_sha256, recipe.target) == (
        "style_transfer",
        "starry-night",
        "ab" * 32,
        "in_place",
    )
    assert (recipe.follows_selection, recipe.preserve_color) == (True, True)
    assert (found.selection, recipe.working_size_px) == ("hard", 200)


def test_arguments_of_a_fill_become_settings(plugin: Plugin) -> None:
    config = InpaintConfig(
        pack_id="photo-fill",
        dials="strength=0.2/0.6/1",
        grow=5,
        feather=9,
        seed=4,
        target="in-place",
    )
    recipe = settings(plugin, config).recipe
    assert (recipe.task, recipe.pack, recipe.target) == ("completion", "photo-fill", "in_place")
    assert recipe.dials == {"strength": (0.2, 0.6, 1.0), "wave": (0.0,)}
    assert (recipe.grow_px, recipe.feather_px, recipe.seed) == (5, 9, 4)


def test_arguments_of_a_picture_of_its_own_become_settings(plugin: Plugin) -> None:
    config = GenerateConfig(pack="avatars", alpha=0.25, seed=7, selection="ignore")
    found = settings(plugin, config)
    recipe = found.recipe
    assert (recipe.task, recipe.pack, recipe.target) == ("generation", "avatars", "new_layer")
    assert (recipe.dials, recipe.seed) == ({"strength": (0.25,), "wave": (0.0,)}, 7)
    assert (found.selection, recipe.working_size_px) == ("ignore", None)
    config.set_property("target", "in-place")
    with pytest.raises(plugin.errors.UsageError, match=r"is not one of new-layer, replace$"):
        read(plugin, config)


@pytest.mark.parametrize(
    ("wish", "config"),
    [
        (
            Config(pack="starry-night", dials="strength=0.25,wave=1.2", scale="640"),
            Config(pack="composition-vii", alpha=0.1),
        ),
        (
            InpaintConfig(pack_id="photo-fill", alpha=0.25, grow=5, feather=9, seed=4),
            InpaintConfig(pack="another-fill"),
        ),
        (
            GenerateConfig(pack_id="avatars", dials="strength=0.2,wave=-1", seed=4),
            GenerateConfig(pack="other-faces"),
        ),
    ],
    ids=["stylize", "fill", "generate"],
)
def test_repeat_does_what_the_dialog_was_told(plugin: Plugin, wish: Config, config: Config) -> None:
    task = task_of(plugin, wish)
    first = settings(plugin, wish)
    plugin.arguments.remember(first, config, task)
    assert settings(plugin, config, (30, 40)) == first
    start = plugin.arguments.last_settings(read(plugin, config), task)
    assert start.recipe.dials == first.recipe.dials
    assert task.options_of(start.recipe) == task.options_of(first.recipe)
    nothing = read(plugin, type(wish)())
    assert plugin.arguments.last_settings(nothing, task) is None


def test_an_earlier_results_place_is_not_repeated_on_another_layer(plugin: Plugin) -> None:
    config = Config()
    first = settings(plugin, Config(pack="starry-night", target="replace"))
    plugin.arguments.remember(first, config, plugin.table.task_of("style_transfer"))
    assert config.values["target"] == "new-layer"


@pytest.mark.parametrize(
    ("name", "number"), [("grow", -1), ("grow", 257), ("feather", 257), ("seed", -1)]
)
def test_numbers_out_of_range_are_refused(plugin: Plugin, name: str, number: int) -> None:
    config = InpaintConfig(pack="photo-fill", **{name: number})
    with pytest.raises(plugin.errors.UsageError, match=f"{name}: {number} is out of range"):
        read(plugin, config)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", None), ("1024", 1024), (" 50% ", 200), ("full", 400), ("12.5%", 50), ("0.1%", 1)],
)
def test_scale_is_the_command_lines(plugin: Plugin, text: str, expected: int | None) -> None:
    assert plugin.arguments.read_scale(text, (300, 400)) == expected


@pytest.mark.parametrize("text", ["0", "-5", "big", "0%", "70000", "1024px", "1e3"])
def test_other_scales_are_refused(plugin: Plugin, text: str) -> None:
    with pytest.raises(plugin.errors.UsageError, match="is no size"):
        plugin.arguments.read_scale(text, (300, 400))


@pytest.mark.parametrize("config", [Config(), InpaintConfig()], ids=["stylize", "fill"])
def test_a_word_that_is_no_choice_is_refused(plugin: Plugin, config: Config) -> None:
    config.set_property("target", "elsewhere")
    known = "target: 'elsewhere' is not one of new-layer, in-place, replace"
    with pytest.raises(plugin.errors.UsageError, match=known):
        read(plugin, config)
