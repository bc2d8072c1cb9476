"""The tools for development, which are no part of the package: a dependency group of pyproject.toml
(PEP 735). Pips before 25.1 know none, so it is read here, and by hand: Python 3.10 reads no TOML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import FolderError

DEV = "dev"  # the group's name; a record of an environment has it among the extras
_GROUPS = re.compile(r"^\[dependency-groups\]$(.*?)(?=^\[|\Z)", re.DOTALL | re.MULTILINE)
_GROUP = re.compile(r"^([\w-]+) = \[(.*?)\]$", re.DOTALL | re.MULTILINE)
_INCLUDED = re.compile(r'^\s*\{ include-group = "([\w-]+)" \}', re.MULTILINE)
_OWN = re.compile(r"dynamic-style\[([\w,-]+)\]")


@dataclass(frozen=True)
class Group:
    """extras: those of the project itself that it asks for. requirements: the rest."""

    extras: tuple[str, ...]
    requirements: tuple[str, ...]


def read_group(root: Path) -> Group:
    """What the checkout's group asks for, groups that it includes among it. Raises FolderError."""
    section = _GROUPS.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = dict(_GROUP.findall(section[1])) if section else {}
    if DEV not in groups:
        raise FolderError(
            f"{root / 'pyproject.toml'} has no group of development tools; get the project again, "
            "whole, and start there"
        )
    bodies = [groups[DEV], *(groups.get(name, "") for name in _INCLUDED.findall(groups[DEV]))]
    texts = [text for body in bodies for text in re.findall(r'^\s*"([^"]+)"', body, re.MULTILINE)]
    own = [match[1] for text in texts if (match := _OWN.fullmatch(text))]
    return Group(
        extras=tuple(name for names in own for name in names.split(",")),
        requirements=tuple(text for text in texts if not _OWN.fullmatch(text)),
    )
