"""Dials over time: alpha at some frames, the keys, and between them by an ease.

Frames are counted from 0. Before its first key and after its last a dial stands still.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..protocol.errors import AlphaError, UsageError

LINEAR, SMOOTH, HOLD = "linear", "smooth", "hold"
EASES = (LINEAR, SMOOTH, HOLD)
LAST_FRAME = 10_000_000  # four days at 24 a second: beyond it a number is a slip
MOST_KEYS = 100_000
MOST_BYTES = 16_000_000  # of a file of keys


@dataclass(frozen=True)
class AlphaKeys:
    """One dial. keys: (frame, alpha) by rising frames, at least one. ease: how alpha gets from one
    key to the next: evenly, slowly at both ends, or by a leap at the next key.
    """

    keys: tuple[tuple[int, float], ...]
    ease: str = LINEAR

    @property
    def alphas(self) -> tuple[float, ...]:
        return tuple(alpha for _, alpha in self.keys)

    def at(self, frame: int) -> float:
        after = bisect_right(self.keys, frame, key=lambda key: key[0])
        if after == 0:
            return self.keys[0][1]
        if after == len(self.keys) or self.ease == HOLD:
            return self.keys[after - 1][1]
        (start, low), (end, high) = self.keys[after - 1 : after + 1]
        part = (frame - start) / (end - start)
        if self.ease == SMOOTH:
            part = part * part * (3 - 2 * part)
        return low + (high - low) * part


@dataclass(frozen=True)
class DialOverTime:
    """What was said of one dial. name: None for the pack's first. numbers: where it stands still,
    as --alpha of the other commands has them; keys: where it moves.
    """

    name: str | None
    numbers: str | None = None
    keys: AlphaKeys | None = None


def parse_alphas(texts: Sequence[str], ease: str) -> list[DialOverTime]:
    """'0=0.1,48=0.9', 'strength=0=0.1,48=0.9,wave=0.4' or '0.6', once or more often. Raises
    AlphaError.
    """
    return [
        _parse_dial(group, ease, given=f"--alpha {text}")
        for text in texts
        for group in _dials(text)
    ]


def read_keys(path: Path, ease: str) -> list[DialOverTime]:
    """Of a TOML file: `ease`, where the argument is not to hold, and under [dials.NAME] an alpha by
    each key's frame, or under `dials` NAME = alpha for a dial that stands still. Raises UsageError,
    AlphaError.
    """
    document = _read_toml(path)
    unknown = sorted(set(document) - {"ease", "dials"})
    if unknown:
        raise UsageError(f"{path}: {unknown[0]!r} is unknown; a file of keys has ease and dials")
    ease = document.get("ease", ease)
    if ease not in EASES:
        raise UsageError(f"{path}: ease {ease!r} is none; take one of {', '.join(EASES)}")
    dials = document.get("dials", {})
    if not isinstance(dials, dict) or not dials:
        raise UsageError(f"{path}: no dial is named; write [dials.strength] and under it 0 = 0.1")
    return [_read_dial(name, value, ease, where=f"{path}, {name}") for name, value in dials.items()]


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
        number = _frame(frame, where=given)
        if number in keys:
            raise AlphaError(f"{given}: frame {number} is set twice; give it once")
        keys[number] = _alpha(alpha, where=given)
    return DialOverTime(name, keys=AlphaKeys(tuple(sorted(keys.items())), ease))


def _read_dial(name: str, value: Any, ease: str, *, where: str) -> DialOverTime:
    if not isinstance(value, Mapping):
        return DialOverTime(name, numbers=repr(_alpha(value, where=where)))
    if not 1 <= len(value) <= MOST_KEYS:
        raise UsageError(f"{where}: {len(value)} keys; give 1 to {MOST_KEYS}")
    keys = {
        _frame(frame, where=where): _alpha(alpha, where=where) for frame, alpha in value.items()
    }
    return DialOverTime(name, keys=AlphaKeys(tuple(sorted(keys.items())), ease))


def _read_toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):  # loaded here: few clips have a file of keys
        import tomllib
    else:
        import tomli as tomllib
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise UsageError(f"{path}: larger than {MOST_BYTES} bytes: no file of keys")
        document: dict[str, Any] = tomllib.loads(text.decode())
        return document
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file of keys; check the path") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:  # of the encoding, or of TOML
        raise UsageError(f"{path}: no sound TOML ({error}); mend it") from error


def _frame(text: str, *, where: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text) or int(text) > LAST_FRAME:
        raise AlphaError(
            f"{where}: {text!r} is no frame; frames are whole numbers from 0, the first, to "
            f"{LAST_FRAME}"
        )
    return int(text)


def _alpha(value: Any, *, where: str) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise AlphaError(
            f"{where}: {value!r} is no number; write alpha with a point, such as 0.6"
        ) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
