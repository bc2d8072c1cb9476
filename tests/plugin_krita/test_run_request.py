"""Requests say what the recipe says; a preview can be superseded, a run cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dynamic_style_krita.model.run_request import (
    completion_preview,
    completion_request,
    preview_request,
    run_request,
)
from dynamic_style_krita.plugin.recipe import Recipe
from dynamic_style_krita.protocol.errors import UsageError
from dynamic_style_krita.protocol.messages import DialSetting, Mask
from dynamic_style_krita.protocol.pixels import packed_pixels

PIXELS = packed_pixels(2, 1, bytes(8), layout="bgra", depth="u8", alpha="straight")
GRAY = packed_pixels(2, 1, bytes(2), layout="gray", depth="u8", alpha="none")
RECIPE = Recipe(
    task="style_transfer",
    pack="night",
    pack_sha256="ab" * 32,
    pack_title="Night",
    dials={"strength": (0.6,), "wave": (0.0, 0.5, 1.0)},
    working_size_px=1024,
    preserve_color=True,
)


def test_a_run_says_what_the_recipe_says() -> None:
    request = run_request(RECIPE, PIXELS, None)
    assert request.dials == {
        "strength": DialSetting((0.6,)),
        "wave": DialSetting((0.0, 0.5, 1.0)),
    }
    assert (request.pack, request.pack_sha256) == ("night", "ab" * 32)
    assert (request.working_size_px, request.preserve_color) == (1024, True)
    assert request.preview_stream is None
    assert run_request(RECIPE, PIXELS, None).job != request.job


def test_a_preview_has_its_own_working_size_and_a_stream() -> None:
    request = preview_request(RECIPE, PIXELS, None, working_size_px=300)
    assert request.working_size_px == 300
    assert request.preview_stream


@pytest.mark.parametrize(
    ("role", "uses_map"), [("selection", False), ("alpha_map", True), ("both", True)]
)
def test_dials_use_the_map_that_is_there(role: str, uses_map: bool) -> None:
    request = run_request(RECIPE, PIXELS, Mask(GRAY, role))  # type: ignore[arg-type]
    assert {setting.use_map for setting in request.dials.values()} == {uses_map}


def test_an_unknown_task_asks_for_an_update() -> None:
    with pytest.raises(UsageError, match="update it"):
        run_request(replace(RECIPE, task="colorization"), PIXELS, None)


def test_a_fill_says_which_variant_and_is_cut_out_for_a_layer_of_its_own() -> None:
    recipe = replace(RECIPE, task="completion", dials={"smooth": (0.0,)}, seed=7)
    hole = Mask(GRAY, "selection")
    assert completion_request(recipe, PIXELS, hole).seed == 7
    assert completion_request(recipe, PIXELS, hole).is_cutout
    preview = completion_preview(recipe, PIXELS, hole, scale=0.5)
    assert (preview.seed, preview.is_cutout) == (7, False)
    assert not completion_request(replace(recipe, target="in_place"), PIXELS, hole).is_cutout
