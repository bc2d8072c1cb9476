"""How a dial gets from key to key, and what can be said of that."""

from __future__ import annotations

import pytest

from dynamic_style.backend.protocol.animation.alpha_keys import HOLD, LINEAR, SMOOTH, AlphaKeys
from dynamic_style.backend.protocol.animation.alpha_text import DialOverTime, parse_alphas
from dynamic_style.backend.protocol.errors import AlphaError

KEYS = ((10, 0.0), (20, 1.0), (40, 0.5))


@pytest.mark.parametrize(
    ("ease", "expected"),
    [
        (LINEAR, {0: 0, 10: 0, 15: 0.5, 20: 1, 30: 0.75, 40: 0.5, 99: 0.5}),
        (SMOOTH, {0: 0, 10: 0, 12.5: 0.15625, 15: 0.5, 20: 1, 30: 0.75, 99: 0.5}),
        (HOLD, {0: 0, 10: 0, 19: 0, 20: 1, 39: 1, 40: 0.5, 99: 0.5}),
    ],
)
def test_a_dial_moves_between_its_keys(ease: str, expected: dict[int, float]) -> None:
    keys = AlphaKeys(KEYS, ease)
    assert {frame: keys.at(frame) for frame in expected} == expected


def test_keys_and_numbers_are_told_apart() -> None:
    assert parse_alphas(["0=0.1,48=.9", "wave=0=0,96=-1,scale=0.3", "cut=1,2,3"], SMOOTH) == [
        DialOverTime(None, keys=AlphaKeys(((0, 0.1), (48, 0.9)), SMOOTH)),
        DialOverTime("wave", keys=AlphaKeys(((0, 0.0), (96, -1.0)), SMOOTH)),
        DialOverTime("scale", numbers="0.3"),
        DialOverTime("cut", numbers="1,2,3"),
    ]
    assert parse_alphas(["0.6"], LINEAR) == [DialOverTime(None, numbers="0.6")]
    assert parse_alphas(["9=1,3=0"], LINEAR)[0].keys == AlphaKeys(((3, 0.0), (9, 1.0)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0=0.1,48", "no frame beside it"),
        ("0=0.1,0=0.2", "frame 0 is set twice"),
        ("-1=0.1", "no frame"),
        ("1.5=0.1", "no frame"),
        ("99999999=1", "no frame"),
        ("0=much", "no number"),
    ],
)
def test_what_is_unclear_is_refused(text: str, said: str) -> None:
    with pytest.raises(AlphaError, match=said):
        parse_alphas([text], LINEAR)
