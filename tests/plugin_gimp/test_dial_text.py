"""Dials as scripts write them."""

from __future__ import annotations

import pytest

from .conftest import Plugin
from .samples import pack_entry


def test_named_dials_and_taps_are_read(plugin: Plugin) -> None:
    read = plugin.dial_text.read_dials
    assert read(" strength=0.6, Wave=-.4 ") == {"strength": (0.6,), "wave": (-0.4,)}
    assert read("strength=0.2/0.6/1") == {"strength": (0.2, 0.6, 1.0)}
    assert read("") == read(" , ") == {}


def test_what_is_written_is_read_back_exactly(plugin: Plugin) -> None:
    dials = {"strength": (0.1 + 0.2, 1e-9, -3.0), "wave": (1 / 3,)}
    assert plugin.dial_text.read_dials(plugin.dial_text.write_dials(dials)) == dials


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.6", "names no dial"),
        ("=0.6", "names no dial"),
        ("strength=", "is no number"),
        ("strength=0,6", "names no dial"),
        ("strength=1,strength=2", "set twice"),
        ("strength=1//2", "is no number"),
    ],
)
def test_malformed_text_is_refused(plugin: Plugin, text: str, words: str) -> None:
    with pytest.raises(plugin.errors.AlphaError, match=words):
        plugin.dial_text.read_dials(text)


def test_dials_not_named_stand_at_their_defaults(plugin: Plugin) -> None:
    dials = plugin.dial_text.dials_of(pack_entry(plugin), {"wave": (0.4,)})
    assert list(dials.items()) == [("strength", (0.7,)), ("wave", (0.4,))]


def test_one_alpha_turns_the_first_dial(plugin: Plugin) -> None:
    first = plugin.dial_text.first_dial_at
    assert first(pack_entry(plugin), 0.3) == {"strength": (0.3,), "wave": (0.0,)}
    assert first(pack_entry(plugin, dials=False), 0.3) == {}


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"strenth": (1.0,)}, "did you mean 'strength'"),
        ({"strength": (1.0, 2.0)}, "it takes 1, or 3"),
        ({"wave": (100.5,)}, "100.5 is out of range"),
        ({"wave": (float("nan"),)}, "nan is out of range"),
    ],
)
def test_what_the_pack_does_not_have_is_refused(
    plugin: Plugin, named: dict[str, tuple[float, ...]], words: str
) -> None:
    with pytest.raises(plugin.errors.AlphaError, match=words):
        plugin.dial_text.dials_of(pack_entry(plugin), named)
