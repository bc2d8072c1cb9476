"""Names that others have chosen - of files, packs, hosts - as text that is safe to show.

In a terminal control characters move the cursor, set the window's title or begin a line that the
program never wrote, and bidirectional ones show one name as another (CVE-2021-42574).
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian, Hindi and emoji are spelt with them
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode categories


def printable(text: str) -> str:
    """One line with such characters escaped as Python writes them, and bytes of a file name that
    are no text as `\\xff`.
    """
    return "".join(_escaped(letter) if _is_unsafe(letter) else letter for letter in text)


def printable_json(document: Any, *, encoding: str) -> str:
    """The document with the same characters as JSON escapes, as all are that the encoding lacks.
    `json.loads` gives the very names back, and `os.fsencode` their bytes.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2, allow_nan=False)
    return "".join(
        f"\\u{ord(letter):04x}" if _is_unsafe(letter) and letter != "\n" else letter
        for letter in text
    )


def _is_unsafe(letter: str) -> bool:
    return unicodedata.category(letter) in INVISIBLE and letter not in JOINERS


def _escaped(letter: str) -> str:
    byte = ord(letter) - 0xDC00
    if 0x80 <= byte <= 0xFF:  # how os.fsdecode keeps a byte that is no UTF-8
        return f"\\x{byte:02x}"
    return letter.encode("unicode_escape").decode()
