"""Which of the languages that a text is there in a user wants.

Languages are named as gettext names them: `de`, `pt_BR`, `zh_CN`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..errors import MalformedError

MOST_LANGUAGES = 32  # that a user lists
LONGEST_NAME = 32  # characters of one
_WRITTEN_IN = ("en", "C", "POSIX")  # what all texts are there in


def choose_language(wanted: Sequence[str], there: Collection[str]) -> str | None:
    """The first of the wanted ones, best first, that is there, or else is there without its region;
    None for the language that the text was written in. What comes after English is not asked.
    """
    for name in wanted:
        language = name.replace("-", "_").partition(".")[0].partition("@")[0]
        if language.partition("_")[0] in _WRITTEN_IN:
            return None
        for found in (language, language.partition("_")[0]):
            if found in there:
                return found
    return None


def check_languages(names: Sequence[str]) -> None:
    """Raises MalformedError for a list that no user has."""
    if len(names) > MOST_LANGUAGES:
        raise MalformedError(
            f"languages: {len(names)} of them; name at most {MOST_LANGUAGES}, best first"
        )
    for name in names:
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise MalformedError(
                f"languages: {name[:40]!r} names no language; write it as in 'de' or 'pt_BR'"
            )
