"""Dials as scripts write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynamic_style.backend.plugin.dial_text import (
    dials_of,
    first_dial_at,
    read_dials,
    write_dials,
)
from dynamic_style.backend.protocol.errors import AlphaError

from .samples import dial, entry

PACK = replace(
    entry("starry-night"), dials=(dial(default=0.7), dial("wave", taps=("up1",), default=0.0))
)


def test_named_dials_and_taps_are_read() -> None:
    assert read_dials(" strength=0.6, Wave=-.4 ") == {"strength": (0.6,), "wave": (-0.4,)}
    assert read_dials("strength=0.2/0.6/1") == {"strength": (0.2, 0.6, 1.0)}
    assert read_dials("") == read_dials(" , ") == {}


def test_what_is_written_is_read_back_exactly() -> None:
    dials = {"strength": (0.1 + 0.2, 1e-9, -3.0), "wave": (1 / 3,)}
    assert read_dials(write_dials(dials)) == dials


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
def test_malformed_text_is_refused(text: str, words: str) -> None:
    with pytest.raises(AlphaError, match=words):
        read_dials(text)


def test_dials_not_named_stand_at_their_defaults() -> None:
    dials = dials_of(PACK, {"wave": (0.4,)})
    assert list(dials.items()) == [("strength", (0.7,)), ("wave", (0.4,))]


def test_one_alpha_turns_the_first_dial() -> None:
    assert first_dial_at(PACK, 0.3) == {"strength": (0.3,), "wave": (0.0,)}
    assert first_dial_at(replace(PACK, dials=()), 0.3) == {}


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
    named: dict[str, tuple[float, ...]], words: str
) -> None:
    with pytest.raises(AlphaError, match=words):
        dials_of(PACK, named)


def test_a_dial_of_weights_has_no_blocks_to_turn_one_by_one() -> None:
    whole = replace(PACK, dials=(dial("wave", taps=()),))
    assert dials_of(whole, {"wave": (0.4,)}) == {"wave": (0.4,)}
    with pytest.raises(AlphaError, match="3 numbers; it has no blocks of its own and takes 1"):
        dials_of(whole, {"wave": (0.4, 0.5, 0.6)})
