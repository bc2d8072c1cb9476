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
# What can be had in a terminal alone: PyTorch, and catalogs and keys.
_ONLY_WAY = re.compile(r"\b(?:setup|installer demo) --(?:torch|training)\b|\bpacks catalog https")
_LEFT_OVER = re.compile(r"(?<![\w-])'?--[a-z]|\bdynamic-style\s+[a-z]|python3? -m ")


def in_host_words(error: BaseException) -> str:
    """The message, with a panel's own words in place of options and commands. What can be had
    in a terminal alone stays.
    """
    told = str(error)
    if _ONLY_WAY.search(told):
        return told
    if _NOT_INSTALLED.search(told):
        return tr("The backend, which computes the pictures, is not set up yet.")
    text = _SCALE.sub(_working_size, told)
    for pattern in (_INSTALLERS, _COMMANDS, _INSTALLER, _REPLACE):
        text = pattern.sub("", text)
    clauses = [clause for clause in text.split("; ") if not _LEFT_OVER.search(clause)]
    text = "; ".join(clauses).strip(" ;,")
    if text != told and isinstance(error, PackNotFoundError):
        text = f"{text}; " + tr("install it, or choose another")
    return text or tr("Something went wrong; try again")


def _working_size(found: re.Match[str]) -> str:
    if found[1]:
        return tr("a working size of {size} px").format(size=found[1])
    return tr("the working size")
