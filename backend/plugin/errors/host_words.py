"""An error's message in words for somebody who has a panel before them, and no command line.

The backend's errors say what to do next as its command line needs it, for that is where most of
them are read. Each is one sentence of clauses parted by semicolons.
"""

from __future__ import annotations

import re

from ...protocol.errors import PackNotFoundError
from ..translations import tr

_COMMANDS = re.compile(r"[;,]?\s*'dynamic-style\b[^']*'[^,;.?]*")
_NOT_INSTALLED = re.compile(r"^the backend is not installed: .* does not exist\b")
_INSTALLERS = re.compile(r"\s*\('dynamic-style setup'[^)]*\)")
_INSTALLER = re.compile(r":?\s*python3? -m installer\b[^,;.]*")
_REPLACE = re.compile(r"\s*with\s+'--replace'")
_SCALE = re.compile(r"--scale\b(?: (\d+))?")
_NO_CATALOG = re.compile(r"^no catalog of packs is known\b")
# What can be had in a terminal alone: PyTorch.
_ONLY_WAY = re.compile(r"\b(?:setup|installer demo) --(?:torch|training)\b")
_LEFT_OVER = re.compile(r"(?<![\w-])'?--[a-z]|\bdynamic-style\s+[a-z]|python3? -m ")


def panels_own_words(error: BaseException) -> str:
    """What a panel says in the place of the message, in the user's language; empty for nothing."""
    told = str(error)
    if _NOT_INSTALLED.search(told):
        return tr("The backend, which computes the pictures, is not set up yet.")
    if _NO_CATALOG.search(told):
        return tr(
            "No catalog of packs is known, and none comes with the program. Paste the address of "
            "one below, and its publisher's key behind it."
        )
    return ""


def in_host_words(error: BaseException) -> str:
    """The message, with a panel's words in place of options and commands, which are English as the
    message is. What can be had in a terminal alone stays.
    """
    told = str(error)
    if _ONLY_WAY.search(told):
        return told
    if own := panels_own_words(error):
        return own
    text = _SCALE.sub(_working_size, told)
    for pattern in (_INSTALLERS, _COMMANDS, _INSTALLER, _REPLACE):
        text = pattern.sub("", text)
    clauses = [clause for clause in text.split("; ") if not _LEFT_OVER.search(clause)]
    text = "; ".join(clauses).strip(" ;,")
    if text != told and isinstance(error, PackNotFoundError):
        text = f"{text}; install it, or choose another"
    return text or tr("Something went wrong; try again")


def _working_size(found: re.Match[str]) -> str:
    return f"a working size of {found[1]} px" if found[1] else "the working size"
