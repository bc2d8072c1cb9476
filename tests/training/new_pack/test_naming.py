"""Titles and ids that follow from file names and titles of all kinds."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import UsageError
from dynamic_style.training.new_pack.naming import (
    check_id,
    check_title,
    list_free_ids,
    make_id,
    make_title,
)


@pytest.mark.parametrize(
    ("name", "title", "pack_id"),
    [
        ("starry_night-2.jpg", "Starry night 2", "starry-night-2"),
        ("Œuvre n° 3.png", "Œuvre n° 3", "oeuvre-n-3"),
        ("Wüste.tif", "Wüste", "wuste"),
        ("Hokusai’s Wave.jpg", "Hokusai’s Wave", "hokusais-wave"),
        ("CON.png", "CON", "con-style"),
        ("星月夜.jpg", "星月夜", "my-style"),
        ("a\u202eb\x07.png", "A b", "a-b"),
        ("___.png", "my-style", "my-style"),
        (f"{'x' * 150}.png", "X" + "x" * 99, "x" * 60),
    ],
)
def test_title_and_id_follow_from_the_file_s_name(name: str, title: str, pack_id: str) -> None:
    assert make_title(Path(name)) == title
    assert make_id(make_title(Path(name))) == pack_id
    assert check_id(pack_id) == pack_id


def test_id_is_of_the_first_name_that_has_letters_for_it() -> None:
    assert make_id("星月夜", "scan 7") == "scan-7"


def test_ids_that_are_taken_get_a_number() -> None:
    free = list_free_ids("wave", {"wave", "wave-3"}.__contains__)
    assert list(itertools.islice(free, 2)) == ["wave-2", "wave-4"]


@pytest.mark.parametrize("wrong", ["My Style", "../x", "", "nul", "x" * 65, "-x"])
def test_ids_that_no_pack_may_have_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no pack's id; it has a-z"):
        check_id(wrong)


@pytest.mark.parametrize("wrong", ["x" * 101, "  ", "a\u202eb"])
def test_titles_that_no_pack_may_have_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="--title"):
        check_title(wrong)
