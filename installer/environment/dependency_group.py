"""The tools for development, which are no part of the package: a dependency group of pyproject.toml
(PEP 735). Pips before 25.1 know none, so it is read here, and by hand: Python 3.10 reads no TOML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import FolderError

DEV = "dev"  # the group's name; a record of an environment has it among the extras
_GROUP = re.compile(rf"^\[dependency-groups\]\n{DEV} = \[(.*?)\]$", re.DOTALL | re.MULTILINE)
_OWN = re.compile(r"dynamic-style\[([\w,-]+)\]")


@dataclass(frozen=True)
class Group:
    """extras: those of the project itself that it asks for. requirements: the rest."""

    extras: tuple[str, ...]
    requirements: tuple[str, ...]


def read_group(root: Path) -> Group:
    """What the checkout's group asks for. Raises FolderError."""
    found = _GROUP.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    if found is None:
        raise FolderError(
            f"{root / 'pyproject.toml'} has no group of development tools; get the project again, "
            "whole, and start there"
        )
    texts = re.findall(r'^\s*"([^"]+)"', found[1], re.MULTILINE)
    own = [match[1] for text in texts if (match := _OWN.fullmatch(text))]
    return Group(
        extras=tuple(name for names in own for name in names.split(",")),
        requirements=tuple(text for text in texts if not _OWN.fullmatch(text)),
    )
