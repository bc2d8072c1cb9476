"""What a script or the last use asks for."""

from __future__ import annotations

import pytest

from .conftest import Plugin
from .samples import Config, pack_entry


def test_a_script_names_the_pack_by_choice_or_by_id(plugin: Plugin) -> None:
    read = plugin.stylize_arguments.read_arguments
    assert read(Config(pack="starry-night")).pack == "starry-night"
    assert read(Config(pack="starry-night", pack_id="my-own")).pack == "my-own"
    assert read(Config()).pack == ""
    assert read(Config(pack_id=None, dials=None, scale=None)).pack == ""  # as from Script-Fu


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
    arguments = plugin.stylize_arguments.read_arguments(config)
    settings = plugin.stylize_arguments.settings_of(arguments, pack_entry(plugin), (300, 401))
    recipe = settings.recipe
    assert recipe.dials == {"strength": (0.2, 0.6, 1.0), "wave": (0.0,)}
    assert (recipe.pack, recipe.pack_sha256, recipe.target) == (
        "starry-night",
        "ab" * 32,
        "in_place",
    )
    assert (recipe.follows_selection, recipe.preserve_color) == (True, True)
    assert (settings.selection, recipe.working_size_px) == ("hard", 200)


def test_repeat_does_what_the_dialog_was_told(plugin: Plugin) -> None:
    config = Config(pack="composition-vii", alpha=0.1)
    first = plugin.stylize_arguments.settings_of(
        plugin.stylize_arguments.read_arguments(
            Config(pack="starry-night", dials="strength=0.25,wave=1.2", scale="640")
        ),
        pack_entry(plugin),
        (300, 400),
    )
    plugin.stylize_arguments.remember(first, config)
    arguments = plugin.stylize_arguments.read_arguments(config)
    assert plugin.stylize_arguments.settings_of(arguments, pack_entry(plugin), (30, 40)) == first
    start = plugin.stylize_arguments.last_settings(arguments, task="style_transfer")
    assert start.recipe.dials == first.recipe.dials
    assert (
        plugin.stylize_arguments.last_settings(
            plugin.stylize_arguments.read_arguments(Config()), task="style_transfer"
        )
        is None
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", None), ("1024", 1024), (" 50% ", 200), ("full", 400), ("12.5%", 50), ("0.1%", 1)],
)
def test_scale_is_the_command_lines(plugin: Plugin, text: str, expected: int | None) -> None:
    assert plugin.stylize_arguments.read_scale(text, (300, 400)) == expected


@pytest.mark.parametrize("text", ["0", "-5", "big", "0%", "70000", "1024px", "1e3"])
def test_other_scales_are_refused(plugin: Plugin, text: str) -> None:
    with pytest.raises(plugin.errors.UsageError, match="is no size"):
        plugin.stylize_arguments.read_scale(text, (300, 400))


def test_a_word_that_is_no_choice_is_refused(plugin: Plugin) -> None:
    with pytest.raises(plugin.errors.UsageError, match="target: 'elsewhere' is not one of"):
        plugin.stylize_arguments.read_arguments(Config(pack="x", target="elsewhere"))
