"""Numbers as the user's locale writes them: 0.60, or 0,60 beside fields that show it so.

Without a word from the host it is the process's own locale that says how, which GTK has set, and
whose fields go by it, too; Krita's fields go by Qt's.
"""

from __future__ import annotations

import locale

_sign = ""  # between whole numbers and parts; empty: as the process's locale has it


def use_decimal_sign(sign: str) -> None:
    """As the host's own fields have it."""
    global _sign
    _sign = sign


def decimal_text(number: float, places: int) -> str:
    """With so many digits behind the sign; never -0."""
    return localized(f"{round(number, places) + 0.0:.{places}f}")


def short_text(number: float) -> str:
    """With as many digits as it takes."""
    return localized(f"{number:g}")


def localized(text: str) -> str:
    """Numbers in a text that has them with a point."""
    return text.replace(".", _sign or str(locale.localeconv()["decimal_point"]))
