"""Strict JSON for files made by strangers: decoded with limits, then taken member by member.

JSON as in RFC 8259, minus what its readers disagree about: no duplicate names, no NaN, no
byte-order mark. Every refusal is a PackFormatError that names the member.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from ...protocol.errors import PackFormatError
from ...protocol.texts.printable import INVISIBLE, JOINERS

MAX_DEPTH = 12  # of nested objects and arrays; pack.json needs 5
MAX_DIGITS = 32  # of one number as written
# Characters that reorder the text around them: one name that shows as another (CVE-2021-42574).
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
LINE_CHARACTERS = frozenset("\n\t")
# A string that does not end runs to the end of the text: that keeps the search linear.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def shown(text: str) -> str:
    """Text from a stranger, quoted, cut and escaped so that it is safe to print."""
    return repr(text if len(text) <= 60 else text[:60] + "…")


def decode_json(data: bytes, *, where: str, max_bytes: int) -> object:
    """Decode one JSON document. where names it in messages. Raises PackFormatError."""
    if len(data) > max_bytes:
        raise PackFormatError(
            f"{where} has {len(data)} bytes; at most {max_bytes} are allowed, so do not trust it"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackFormatError(
            f"{where} is not UTF-8 text at byte {error.start}; save it as UTF-8"
        ) from error
    if _depth(text) > MAX_DEPTH:
        raise PackFormatError(
            f"{where} nests more than {MAX_DEPTH} levels deep; a style pack needs far fewer, "
            "so do not trust this one"
        )

    def without_duplicates(members: list[tuple[str, object]]) -> dict[str, object]:
        result: dict[str, object] = {}
        for name, value in members:
            if name in result:
                raise PackFormatError(
                    f"{where} has the name {shown(name)} twice in one object; keep one of the two"
                )
            result[name] = value
        return result

    def number(digits: str) -> float:
        if len(digits) > MAX_DIGITS or not math.isfinite(float(digits)):
            raise PackFormatError(f"{where} has a number out of range: {shown(digits)}; correct it")
        return float(digits)

    def integer(digits: str) -> int:
        number(digits)
        return int(digits)

    def constant(name: str) -> NoReturn:
        raise PackFormatError(f"{where} holds {name}, which is no JSON number; write a finite one")

    try:
        return json.loads(
            text,
            object_pairs_hook=without_duplicates,
            parse_int=integer,
            parse_float=number,
            parse_constant=constant,
        )
    except json.JSONDecodeError as error:
        raise PackFormatError(
            f"{where} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}; "
            "correct it there or get the pack again"
        ) from error


class Fields:
    """One JSON object whose members are taken by name; unknown and missing ones are refused."""

    def __init__(
        self, value: object, where: str, known: Sequence[str], *, optional: Sequence[str] = ()
    ) -> None:
        self._where = where
        self._values = _object(value, where)
        for name in self._values:
            if name not in known and name not in optional:
                near = get_close_matches(name[:60], [*known, *optional], n=1, cutoff=0.5)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                raise PackFormatError(f"{where} has the unknown key {shown(name)}; {hint}")
        missing = [name for name in known if name not in self._values]
        if missing:
            raise PackFormatError(f"{where} lacks {', '.join(map(repr, missing))}; add it")

    def refuse(self, key: str, problem: str) -> NoReturn:
        raise PackFormatError(
            f"{self._where}.{key} {problem}; correct it or get the pack again from its author"
        )

    def has(self, key: str) -> bool:
        """Whether an optional member is there and not null."""
        return self._values.get(key) is not None

    def value(self, key: str) -> tuple[object, str]:
        """A member as decoded, and its place for messages."""
        return self._values[key], f"{self._where}.{key}"

    def text(self, key: str, *, limit: int, lines: bool = False, empty: bool = False) -> str:
        """Text of at most limit characters; with lines it may hold newlines and tabs."""
        value = self._values[key]
        if not isinstance(value, str):
            self.refuse(key, f"is {_kind(value)} where text belongs")
        if len(value) > limit:
            self.refuse(key, f"has {len(value)} characters; at most {limit} are allowed")
        if not empty and not value.strip():
            self.refuse(key, "is empty")
        for character in set(value) - JOINERS - (LINE_CHARACTERS if lines else set()):
            if character in BIDI_CONTROLS:
                self.refuse(key, f"holds a text-direction control character ({character!a})")
            if unicodedata.category(character) in INVISIBLE:
                self.refuse(key, f"holds a control character ({character!a})")
        return value

    def matching(self, key: str, pattern: re.Pattern[str], form: str) -> str:
        """Text that matches a pattern; form says in words what is expected."""
        value = self.text(key, limit=200)
        if not pattern.fullmatch(value):
            self.refuse(key, f"is {shown(value)}, expected {form}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        value = self._values[key]
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(key, f"is {_kind(value)} where a whole number belongs")
        if not low <= value <= high:
            self.refuse(key, f"is {value}, outside {low} … {high}")
        return value

    def boolean(self, key: str) -> bool:
        value = self._values[key]
        if not isinstance(value, bool):
            self.refuse(key, f"is {_kind(value)} where true or false belongs")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        return checked_number(*self.value(key), low, high)

    def array(self, key: str, *, most: int, least: int = 0) -> list[tuple[object, str]]:
        """The elements of an array, each with its place for messages."""
        value = self._values[key]
        if not isinstance(value, list):
            self.refuse(key, f"is {_kind(value)} where a list belongs")
        if not least <= len(value) <= most:
            span = f"{least} … {most}" if least < most else f"{most}"
            self.refuse(key, f"has {len(value)} entries, expected {span}")
        return [(item, f"{self._where}.{key}[{i}]") for i, item in enumerate(value)]

    def texts(self, key: str, *, most: int, limit: int) -> tuple[str, ...]:
        items = self.array(key, most=most)
        return tuple(
            Fields({"text": v}, at, ("text",)).text("text", limit=limit) for v, at in items
        )

    def members(self, key: str, *, most: int) -> dict[str, tuple[object, str]]:
        """The members of a freely named object, each with its place for messages."""
        value, where = self.value(key)
        members = _object(value, where)
        if len(members) > most:
            self.refuse(key, f"has {len(members)} entries; at most {most} are allowed")
        for name in members:
            Fields({"name": name}, where, ("name",)).text("name", limit=64)
        return {name: (member, f"{where}.{name}") for name, member in members.items()}

    def numbers(self, key: str, *, most: int, limit: float) -> dict[str, float]:
        """An object of freely named numbers within -limit … limit."""
        members = self.members(key, most=most)
        return {name: checked_number(*member, -limit, limit) for name, member in members.items()}


def checked_number(value: object, where: str, low: float, high: float) -> float:
    """A number within low … high, as float. Raises PackFormatError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PackFormatError(f"{where} is {_kind(value)} where a number belongs; correct it")
    if not low <= value <= high:
        raise PackFormatError(f"{where} is {value:g}, outside {low:g} … {high:g}; correct it")
    return float(value)


def _depth(text: str) -> int:
    """Deepest nesting, found before json.loads, which recurses, sees the text."""
    depth = deepest = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise PackFormatError(f"{where} is {_kind(value)} where an object belongs; correct it")
    return value


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")
