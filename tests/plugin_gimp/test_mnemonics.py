"""Underlined letters for titles that come from packs."""

from __future__ import annotations

from .conftest import Plugin


def test_each_letter_is_used_once_and_word_beginnings_first(plugin: Plugin) -> None:
    mnemonics = plugin.mnemonics.Mnemonics("s")
    titles = ["Strength", "Stroke size", "Towards The Great Wave", "Stroke size"]
    assert [mnemonics.added_to(title) for title in titles] == [
        "S_trength",
        "St_roke size",
        "Towards The _Great Wave",
        "Str_oke size",
    ]


def test_without_a_free_letter_the_text_is_shown_as_it_is(plugin: Plugin) -> None:
    mnemonics = plugin.mnemonics.Mnemonics("ab")
    assert mnemonics.added_to("a_b α") == "a__b α"
