"""The catalogs of translated texts: gathered from the code, brought up to date, compiled.

    python3 -m tests.catalogs

Texts of `tr` and `trn` in the shared half and both plug-ins go into dynamic-style.pot; each
language's .po gets what is new, and loses what is gone; its .mo, which plug-ins carry, is made of
it. Translators fill in the .po files; tests/backend/plugin/locale/test_catalogs.py says what is
missing.
"""

from __future__ import annotations

import io
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "backend/plugin/locale"
DOMAIN = "dynamic-style"
SOURCES = ("backend/plugin", "plugin_krita", "plugin_gimp")
LANGUAGES = ("de", "es", "fr", "ja", "pt_BR", "zh_CN")
KEYWORDS = {"tr": None, "trn": (1, 2)}
WIDTH = 100
FIXED_TIME = datetime(2025, 1, 1, tzinfo=timezone.utc)  # the same texts, the same bytes


def gather() -> Catalog:
    """What is to be translated, in the order of the code."""
    catalog = Catalog(project="Dynamic Style", charset="utf-8", fuzzy=False)
    for source in SOURCES:
        for name, line, text, comments, _ in extract_from_dir(
            ROOT / source,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("translators:",),
            strip_comment_tags=True,
        ):
            catalog.add(text, locations=[(f"{source}/{name}", line)], auto_comments=comments)
    return catalog


def template_text(catalog: Catalog) -> str:
    """As a .pot file has it: without lines and dates, so that it changes with the texts alone."""
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, omit_header=True, include_lineno=False, sort_output=True)
    return file.getvalue().decode()


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_language(language: str) -> Catalog:
    """Empty where there is none yet."""
    path = po_path(language)
    catalog = Catalog(locale=language, domain=DOMAIN, charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain=DOMAIN)
    catalog.creation_date = catalog.revision_date = FIXED_TIME
    return catalog


def po_text(catalog: Catalog) -> str:
    """As a .po file has it, with the head that says how plurals are chosen."""
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, omit_header=True, include_lineno=False, sort_output=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head + file.getvalue().decode()


def compiled(catalog: Catalog) -> bytes:
    """As a .mo file has it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update() -> None:
    template = gather()
    LOCALE.mkdir(exist_ok=True)
    (LOCALE / f"{DOMAIN}.pot").write_text(template_text(template), encoding="utf-8")
    for language in LANGUAGES:
        catalog = read_language(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(po_text(catalog), encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compiled(read_language(language)))


if __name__ == "__main__":
    update()
