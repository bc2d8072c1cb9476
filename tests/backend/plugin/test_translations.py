"""Texts are English until there is a catalog for the user's language."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.plugin import translations


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    translations.use_languages([])
    translations._catalog.cache_clear()


def write_catalog(path: Path, pairs: dict[str, str]) -> None:
    """A gettext .mo file of these pairs."""
    path.parent.mkdir(parents=True)
    ids = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **pairs}.items())
    header = 28
    keys = [key.encode() for key, _ in ids]
    values = [value.encode() for _, value in ids]
    offset = header + 16 * len(ids)
    tables: list[bytes] = []
    data = b""
    for strings in (keys, values):
        for string in strings:
            tables.append(struct.pack("<II", len(string), offset + len(data)))
            data += string + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(ids), header, header + 8 * len(ids), 0, 0)
    path.write_bytes(head + b"".join(tables) + data)


def test_without_a_catalog_a_text_is_itself() -> None:
    translations.use_languages(["tlh"])
    assert translations.tr("Cancel") == "Cancel"


def test_a_catalog_translates_and_languages_can_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "LOCALE_FOLDER", tmp_path)
    write_catalog(tmp_path / "de/LC_MESSAGES/dynamic-style.mo", {"Cancel": "Abbrechen"})
    translations.use_languages(["de_AT"])
    assert translations.tr("Cancel") == "Abbrechen"
    assert translations.tr("Unheard of") == "Unheard of"
    translations.use_languages(["fr"])
    assert translations.tr("Cancel") == "Cancel"
