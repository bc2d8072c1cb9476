"""How packs are found by what a script names."""

from __future__ import annotations

import pytest

from .conftest import Plugin
from .samples import pack_entry


def test_a_pack_is_found_or_a_near_one_is_named(plugin: Plugin) -> None:
    broken = plugin.messages.BrokenPack("torn", "pack.integrity", "torn: a hash does not match")
    packs = plugin.messages.Packs((pack_entry(plugin),), (broken,))
    stylize, *others = plugin.table.TASKS
    find_pack = plugin.blocking_run.find_pack
    assert find_pack(packs, "starry-night", task=stylize).id == "starry-night"
    with pytest.raises(plugin.errors.PackNotFoundError, match="did you mean starry-night"):
        find_pack(packs, "stary-nigth", task=stylize)
    with pytest.raises(plugin.errors.PackIntegrityError, match="a hash does not match"):
        find_pack(packs, "torn", task=stylize)
    for task in others:
        with pytest.raises(plugin.errors.PackError, match=r"No pack that .*\. Filters ▸ Dynamic"):
            find_pack(packs, "starry-night", task=task)
    with pytest.raises(plugin.errors.UsageError, match="No pack is named"):
        plugin.blocking_run.check_named("")
