"""Keys from a file, and what a file is refused for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.backend.frames.keys_file import read_keys
from dynamic_style.backend.protocol.animation.alpha_keys import HOLD, LINEAR, AlphaKeys
from dynamic_style.backend.protocol.animation.alpha_text import DialOverTime
from dynamic_style.backend.protocol.errors import UsageError


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('ease = "hold"\n[dials]\nwave = 0.25\n[dials.strength]\n48 = 0.9\n0 = 0.1\n')
    assert read_keys(path, LINEAR) == [
        DialOverTime("wave", numbers="0.25"),
        DialOverTime("strength", keys=AlphaKeys(((0, 0.1), (48, 0.9)), HOLD)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ease = 1", "ease 1 is none"),
        ("", "no dial is named"),
        ("dials = 3", "no dial is named"),
        ("easy = 1", "'easy' is unknown"),
        ("[dials.strength]", "0 keys"),
        ("[dials.strength]\nfirst = 1", "no frame"),
        ("[dials.strength]\n0 = true", "no number"),
        ("[dials.strength]\n0 = [1]", "no number"),
        ("[dials\n", "no sound TOML"),
        ("\xff", "no sound TOML"),
        ("a = " + "[" * 5000, "no sound TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=said) as caught:
        read_keys(path, LINEAR)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_keys(tmp_path / "none.toml", LINEAR)
    with pytest.raises(UsageError, match="cannot be read"):
        read_keys(tmp_path, LINEAR)
