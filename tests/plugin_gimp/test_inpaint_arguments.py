"""What a script or the last use asks of Inpaint Selection…."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Plugin
from .samples import InpaintConfig, pack_entry


def test_arguments_become_settings(plugin: Plugin) -> None:
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


def test_repeat_does_what_the_dialog_was_told(plugin: Plugin) -> None:
    wish = InpaintConfig(pack_id="photo-fill", alpha=0.25, grow=5, feather=9, seed=4)
    first = settings(plugin, wish)
    config = InpaintConfig(pack="another-fill")
    plugin.inpaint_arguments.remember_inpaint(first, config)
    assert settings(plugin, config) == first
    arguments = plugin.inpaint_arguments.read_inpaint_arguments(config)
    start = plugin.inpaint_arguments.last_inpaint_settings(arguments)
    assert (start.recipe.dials, start.recipe.grow_px) == (first.recipe.dials, 5)
    nothing = plugin.inpaint_arguments.read_inpaint_arguments(InpaintConfig())
    assert plugin.inpaint_arguments.last_inpaint_settings(nothing) is None


@pytest.mark.parametrize(
    ("name", "number"), [("grow", -1), ("grow", 257), ("feather", 257), ("seed", -1)]
)
def test_numbers_out_of_range_are_refused(plugin: Plugin, name: str, number: int) -> None:
    config = InpaintConfig(pack="photo-fill", **{name: number})
    with pytest.raises(plugin.errors.UsageError, match=f"{name}: {number} is out of range"):
        plugin.inpaint_arguments.read_inpaint_arguments(config)


def test_a_word_that_is_no_target_is_refused(plugin: Plugin) -> None:
    with pytest.raises(plugin.errors.UsageError, match="not one of new-layer, in-place, replace"):
        plugin.inpaint_arguments.read_inpaint_arguments(InpaintConfig(target="elsewhere"))


def settings(plugin: Plugin, config: InpaintConfig) -> Any:
    arguments = plugin.inpaint_arguments.read_inpaint_arguments(config)
    pack = pack_entry(plugin, id_="photo-fill", task="completion")
    return plugin.inpaint_arguments.inpaint_settings(arguments, pack)
