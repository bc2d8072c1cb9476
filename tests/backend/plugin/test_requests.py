"""Requests say what the recipe says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynamic_style.backend.plugin.requests import (
    completion_preview,
    completion_request,
    generation_request,
    stylize_request,
)
from dynamic_style.backend.protocol.messages import DialSetting, Mask
from dynamic_style.backend.protocol.pixels import packed_pixels
from dynamic_style.backend.protocol.runs import MaskRole

from .samples import recipe

PIXELS = packed_pixels(2, 1, bytes(8), layout="rgba", depth="u8", alpha="straight")
GRAY = packed_pixels(2, 1, b"\0\xff", layout="gray", depth="u8", alpha="none")
FILL = recipe(task="completion", dials={"smooth": (0.0,)}, grow_px=9, feather_px=5, seed=7)


def test_a_run_says_what_the_recipe_says() -> None:
    wish = recipe(dials={"strength": (0.6,), "wave": (0.0, 0.5, 1.0)})
    request = stylize_request(wish, PIXELS, None)
    assert request.dials == {
        "strength": DialSetting((0.6,)),
        "wave": DialSetting((0.0, 0.5, 1.0)),
    }
    assert (request.pack, request.pack_sha256) == ("starry-night", "cd" * 32)
    assert (request.working_size_px, request.preserve_color) == (1024, True)
    assert request.mask is None and request.preview_stream is None
    assert stylize_request(wish, PIXELS, None).job != request.job


@pytest.mark.parametrize(
    ("role", "uses_map"), [("selection", False), ("alpha_map", True), ("both", True)]
)
def test_dials_follow_a_map_and_no_selection(role: MaskRole, uses_map: bool) -> None:
    request = stylize_request(recipe(), PIXELS, Mask(GRAY, role))
    assert request.mask is not None and request.mask.role == role
    assert {dial.use_map for dial in request.dials.values()} == {uses_map}


@pytest.mark.parametrize(("role", "left"), [("alpha_map", None), ("both", "selection")])
def test_a_pack_without_dials_has_no_map(role: MaskRole, left: MaskRole | None) -> None:
    request = stylize_request(recipe(dials={}), PIXELS, Mask(GRAY, role))
    assert (request.mask and request.mask.role) == left


def test_a_fill_says_which_variant_and_is_cut_out_for_a_layer_of_its_own() -> None:
    request = completion_request(FILL, PIXELS, Mask(GRAY, "selection"))
    assert (request.seed, request.grow_px, request.feather_px) == (7, 9, 5)
    assert request.dials == {"smooth": DialSetting((0.0,))}
    assert request.is_cutout
    in_place = replace(FILL, target="in_place")
    assert not completion_request(in_place, PIXELS, Mask(GRAY, "selection")).is_cutout


def test_a_smaller_preview_of_a_fill_has_a_smaller_edge_and_its_picture() -> None:
    request = completion_preview(FILL, PIXELS, Mask(GRAY, "selection"), scale=0.5)
    assert (request.seed, request.grow_px, request.feather_px) == (7, 4, 2)
    assert not request.is_cutout


def test_a_picture_of_its_own_lies_on_nothing_whatever_was_selected() -> None:
    wish = recipe(task="generation", dials={"hair": (0.6,)}, seed=7)
    painted = PIXELS.with_data(bytes(range(8)))
    request = generation_request(wish, painted, Mask(GRAY, "selection"))
    assert (request.seed, request.dials) == (7, {"hair": DialSetting((0.6,))})
    assert request.pixels.has_format_of(PIXELS)
    assert bytes(request.pixels.data) == bytes(8)
    assert request.pack_sha256 == "cd" * 32
