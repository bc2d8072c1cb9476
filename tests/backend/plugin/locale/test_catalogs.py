"""Each language has every text, with the same placeholders and mnemonics, and compiled."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest

from dynamic_style.backend.plugin import translations

from .... import catalogs

_MNEMONIC = re.compile(r"_(?=[^\W_])")


@pytest.fixture(scope="module", params=catalogs.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_the_template_has_what_the_code_says() -> None:
    path = catalogs.LOCALE / f"{catalogs.DOMAIN}.pot"
    wanted = catalogs.template_text(catalogs.gather())
    assert path.read_text("utf-8") == wanted, "run `python3 -m tests.catalogs`, and translate"


def test_every_text_is_translated(language: str) -> None:
    wanted = {_key(message.id) for message in catalogs.gather() if message.id}
    translated = {
        _key(message.id)
        for message in catalogs.read_language(language)
        if message.id and all(_texts(message.string)) and not message.fuzzy
    }
    assert wanted - translated == set(), "not translated"
    assert translated - wanted == set(), "of texts that are gone: run `python3 -m tests.catalogs`"


def test_placeholders_and_mnemonics_are_those_of_the_text(language: str) -> None:
    for message in catalogs.read_language(language):
        if not message.id:
            continue
        originals = _texts(message.id)
        for text in _texts(message.string):
            wanted = originals[-1]
            assert _placeholders(text) == _placeholders(wanted), (wanted, text)
            assert len(_MNEMONIC.findall(text)) == len(_MNEMONIC.findall(wanted)), (wanted, text)
            assert text[:1].isspace() == wanted[:1].isspace(), (wanted, text)
            assert text[-1:].isspace() == wanted[-1:].isspace(), (wanted, text)


def test_what_plug_ins_carry_is_what_was_translated(language: str) -> None:
    compiled = catalogs.po_path(language).with_suffix(".mo").read_bytes()
    assert compiled == catalogs.compiled(catalogs.read_language(language)), (
        "run `python3 -m tests.catalogs`"
    )


def test_a_panel_speaks_the_language(language: str) -> None:
    try:
        translations.use_languages([language])
        assert translations.tr("Cancel") != "Cancel"
        assert translations.tr("no such text") == "no such text"
    finally:
        translations.use_languages([])


def test_a_country_takes_the_language_that_there_is() -> None:
    try:
        translations.use_languages(["de_AT", "de"])
        assert translations.tr("Cancel") == "Abbrechen"
        translations.use_languages(["en_GB", "de"])
        assert translations.tr("Cancel") == "Cancel", "English comes first for this user"
    finally:
        translations.use_languages([])


def _key(texts: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(_texts(texts))


def _texts(texts: str | tuple[str, ...] | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _placeholders(text: str) -> Counter[str]:
    return Counter(
        f"{name}:{spec}!{how}" for _, name, spec, how in string.Formatter().parse(text) if name
    )
