"""Numbers in texts look as they do in the fields beside them."""

from __future__ import annotations

import locale
from collections.abc import Iterator

import pytest

from dynamic_style.backend.plugin.recipe import Recipe, layer_name
from dynamic_style.backend.plugin.texts import number_texts


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    number_texts.use_decimal_sign("")


def test_the_hosts_sign_is_used_in_all_numbers_and_names() -> None:
    dials = {"strength": (0.6,), "wave": (-0.25,)}
    recipe = Recipe("style_transfer", "starry-night", None, "Sternennacht", dials)
    assert layer_name(recipe) == "Sternennacht α 0.60, wave -0.25"
    number_texts.use_decimal_sign(",")
    assert layer_name(recipe) == "Sternennacht α 0,60, wave -0,25"
    assert number_texts.decimal_text(-0.001, 2) == "0,00"
    assert number_texts.short_text(1.3) == "1,3" and number_texts.short_text(1.0) == "1"


def test_without_a_word_from_the_host_the_process_locale_says_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ","})
    assert number_texts.decimal_text(0.5, 2) == "0,50"
