"""Dials over time as one line of text: of --alpha, and of a procedure's argument.

"0=0.1,48=0.9" moves the pack's first dial, "strength=0=0.1,48=0.9,wave=0.4" two by their names, and
"0.6" leaves one where it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import AlphaError
from .alpha_keys import LAST_FRAME, AlphaKeys


@dataclass(frozen=True)
class DialOverTime:
    """What was said of one dial. name: None for the pack's first. numbers: where it stands still,
    as --alpha of the other commands has them; keys: where it moves.
    """

    name: str | None
    numbers: str | None = None
    keys: AlphaKeys | None = None


def parse_alphas(texts: Sequence[str], ease: str, *, given: str = "--alpha") -> list[DialOverTime]:
    """What was said of each dial, in one text or in several. given: the option that a text is of,
    for the AlphaErrors.
    """
    return [
        _parse_dial(group, ease, given=f"{given} {text}")
        for text in texts
        for group in _dials(text)
    ]


def read_frame(text: str, *, where: str) -> int:
    """Raises AlphaError, which begins with `where`."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text) or int(text) > LAST_FRAME:
        raise AlphaError(
            f"{where}: {text!r} is no frame; frames are whole numbers from 0, the first, to "
            f"{LAST_FRAME}"
        )
    return int(text)


def read_alpha(value: Any, *, where: str) -> float:
    """Raises AlphaError, which begins with `where`."""
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise AlphaError(
            f"{where}: {value!r} is no number; write alpha with a point, such as 0.6"
        ) from error


def _dials(text: str) -> list[tuple[str | None, list[str]]]:
    """(name, items) for each dial that is named in a text, None for the first without a name."""
    groups: list[tuple[str | None, list[str]]] = []
    for item in text.split(","):
        name, equals, rest = item.partition("=")
        if equals and not _is_number(name):
            groups.append((name.strip(), [rest]))
        elif groups:
            groups[-1][1].append(item)
        else:
            groups.append((None, [item]))
    return groups


def _parse_dial(group: tuple[str | None, list[str]], ease: str, *, given: str) -> DialOverTime:
    name, items = group
    if not any("=" in item for item in items):
        return DialOverTime(name, numbers=",".join(items))
    keys = {}
    for item in items:
        frame, equals, alpha = item.partition("=")
        if not equals:
            raise AlphaError(
                f"{given}: {item!r} has no frame beside it; write FRAME=ALPHA for each key, "
                "such as 0=0.1,48=0.9"
            )
        number = read_frame(frame, where=given)
        if number in keys:
            raise AlphaError(f"{given}: frame {number} is set twice; give it once")
        keys[number] = read_alpha(alpha, where=given)
    return DialOverTime(name, keys=AlphaKeys(tuple(sorted(keys.items())), ease))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
