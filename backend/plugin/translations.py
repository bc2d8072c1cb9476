"""Every visible string of both plugins goes through tr(), so that a catalog can translate it.

Catalogs are gettext's: locale/<language>/LC_MESSAGES/dynamic-style.mo beside this module. Without
one for the user's language the text stays English.
"""

from __future__ import annotations

import functools
import gettext
from pathlib import Path

DOMAIN = "dynamic-style"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_chosen: list[str] = []  # languages, best first; empty: what the environment says


def tr(text: str) -> str:
    """The text in the user's language. Placeholders are filled afterwards, with str.format."""
    return _catalog(tuple(_chosen)).gettext(text)


def use_languages(languages: list[str]) -> None:
    """Speak the host's language, such as ["de_AT", "de"], rather than the environment's."""
    _chosen[:] = languages


@functools.lru_cache(maxsize=4)
def _catalog(languages: tuple[str, ...]) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_FOLDER, list(languages) or None, fallback=True)
