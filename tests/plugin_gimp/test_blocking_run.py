"""Settings as requests, and how packs are found for them."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Plugin
from .samples import Config, pack_entry


def settings(plugin: Plugin, **arguments: Any) -> Any:
    read = plugin.stylize_arguments.read_arguments(Config(pack="starry-night", **arguments))
    return plugin.stylize_arguments.settings_of(read, pack_entry(plugin), (2, 1))


def gray(plugin: Plugin) -> Any:
    data = b"\0\xff"
    return plugin.pixels.packed_pixels(2, 1, data, layout="gray", depth="u8", alpha="none")


def test_a_request_says_what_the_settings_say(plugin: Plugin) -> None:
    wish = settings(plugin, dials="wave=0.4", scale="640", preserve_color=True)
    request = plugin.blocking_run.stylize_request(wish, gray(plugin), None, job="job")
    assert {name: dial.numbers for name, dial in request.dials.items()} == {
        "strength": (0.7,),
        "wave": (0.4,),
    }
    assert (request.pack_sha256, request.working_size_px) == ("ab" * 32, 640)
    assert request.preserve_color and request.mask is None and request.preview_stream is None


@pytest.mark.parametrize(
    ("role", "uses_map"), [("selection", False), ("alpha_map", True), ("both", True)]
)
def test_dials_follow_a_map_and_no_selection(plugin: Plugin, role: str, uses_map: bool) -> None:
    mask = plugin.messages.Mask(gray(plugin), role)
    request = plugin.blocking_run.stylize_request(settings(plugin), gray(plugin), mask, job="job")
    assert {dial.use_map for dial in request.dials.values()} == {uses_map}


def test_a_pack_without_dials_has_no_map(plugin: Plugin) -> None:
    arguments = plugin.stylize_arguments.read_arguments(Config(pack="plain"))
    entry = pack_entry(plugin, id_="plain", dials=False)
    wish = plugin.stylize_arguments.settings_of(arguments, entry, (2, 1))
    for role, left in (("alpha_map", None), ("both", "selection")):
        mask = plugin.messages.Mask(gray(plugin), role)
        request = plugin.blocking_run.stylize_request(wish, gray(plugin), mask, job="job")
        assert (request.mask and request.mask.role) == left


def test_a_pack_is_found_or_a_near_one_is_named(plugin: Plugin) -> None:
    broken = plugin.messages.BrokenPack("torn", "pack.integrity", "torn: a hash does not match")
    packs = plugin.messages.Packs((pack_entry(plugin),), (broken,))
    assert plugin.blocking_run.find_pack(packs, "starry-night").id == "starry-night"
    with pytest.raises(plugin.errors.PackNotFoundError, match="did you mean starry-night"):
        plugin.blocking_run.find_pack(packs, "stary-nigth")
    with pytest.raises(plugin.errors.PackIntegrityError, match="a hash does not match"):
        plugin.blocking_run.find_pack(packs, "torn")
    with pytest.raises(plugin.errors.PackError, match="needs a pack for it"):
        plugin.blocking_run.find_pack(packs, "starry-night", task="completion")
    with pytest.raises(plugin.errors.UsageError, match="No pack is named"):
        plugin.blocking_run.check_named("")
