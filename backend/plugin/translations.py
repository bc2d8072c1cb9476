"""Every visible string of both plugins goes through tr(), so that a catalog can translate it.

Catalogs are gettext's: locale/<language>/LC_MESSAGES/dynamic-style.mo beside this module, made by
tests/catalogs.py. Without one for the user's language the text stays English.
"""

from __future__ import annotations

import functools
import gettext
import itertools
import os
from pathlib import Path

from ..protocol.texts.languages import MOST_LANGUAGES

DOMAIN = "dynamic-style"
_ENGLISH = ("en", "C", "POSIX")
LOCALE_FOLDER = Path(__file__).parent / "locale"

_chosen: list[str] = []  # languages, best first; empty: what the environment says


def tr(text: str) -> str:
    """The text in the user's language. Placeholders are filled afterwards, with str.format."""
    return _catalog(tuple(_chosen)).gettext(text)


def trn(one: str, many: str, count: int) -> str:
    """The text for so many in the user's language: `one` in English for 1, `many` for all else.
    Placeholders are filled afterwards.
    """
    return _catalog(tuple(_chosen)).ngettext(one, many, count)


def use_languages(languages: list[str]) -> None:
    """Speak the host's language, such as ["de_AT", "de"], rather than the environment's."""
    _chosen[:] = languages


def speaks_english() -> bool:
    """Whether texts stay as they are written."""
    return type(_catalog(tuple(_chosen))) is gettext.NullTranslations


def wanted_languages() -> tuple[str, ...]:
    """Of the user, best first, for texts that come from elsewhere."""
    return tuple(_chosen or _environments_languages())[:MOST_LANGUAGES]


@functools.lru_cache(maxsize=4)
def _catalog(languages: tuple[str, ...]) -> gettext.NullTranslations:
    wanted = [language.replace("-", "_") for language in languages] or _environments_languages()
    # the texts are English, which needs no catalog: what comes after it is not asked
    before = itertools.takewhile(lambda one: one.partition("_")[0] not in _ENGLISH, wanted)
    return gettext.translation(DOMAIN, LOCALE_FOLDER, list(before), fallback=True)


def _environments_languages() -> list[str]:
    """As gettext reads them, the first variable that says anything."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if said := os.environ.get(name):
            return [one.partition(".")[0] for one in said.split(":") if one]
    return []
