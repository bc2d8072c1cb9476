"""TOML texts into frozen dataclasses. An unknown key is an error that names the nearest known one,
so that no typo trains the wrong thing for an hour. Every refusal is a ConfigError.
"""

from __future__ import annotations

import codecs
import collections.abc
import dataclasses
import difflib
import math
import sys
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from .errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

MOST_BYTES = 100_000  # what a pack's training record may hold
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # UTF-32 LE has the first


def read_text(path: Path) -> str:
    """A config's text, with line feeds as line ends and without a byte order mark."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"config '{path}' cannot be read: {reason}; check it") from error
    if len(data) > MOST_BYTES:
        raise ConfigError(
            f"config '{path}' is larger than {MOST_BYTES} bytes, which a pack's record cannot "
            "hold; shorten it, or check that it is the right file"
        )
    if data.startswith(WIDE) or b"\0" in data:
        raise ConfigError(
            f"config '{path}' is UTF-16 or UTF-32 text (some editors call that Unicode), or no "
            "text; save it as UTF-8"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"config '{path}' is not UTF-8 text in line {line}; save it as UTF-8"
        ) from error
    return text.lstrip("\ufeff").replace("\r\n", "\n")


def settings_from_toml(cls: type[T], text: str, *, name: str) -> T:
    """Make the dataclass from a TOML text, checking every key and every value's type."""
    return _build(cls, read_table(text, name=name), where=name)


def read_table(text: str, *, name: str) -> dict[str, Any]:
    """Parse a TOML text. name: what messages call it."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}; mend that line") from error
    except RecursionError as error:
        raise ConfigError(f"{name} nests lists or tables too deeply; mend it") from error
    except ValueError as error:  # a number of thousands of digits, a day that no calendar has
        raise ConfigError(f"{name} holds a value out of range ({error}); correct it") from error
    return table


def _build(cls: type[T], table: dict[str, Any], *, where: str) -> T:
    """The same from a table. where: what messages call it."""
    hints = typing.get_type_hints(cls)
    for key in table:
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1, cutoff=0.4)
            advice = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(hints)}"
            raise ConfigError(f"{where}: unknown key {_quote(key)}; {advice}")
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    needed = [
        f.name
        for f in fields
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = [key for key in needed if key not in table]
    if missing:
        raise ConfigError(f"{where}: '{missing[0]}' is missing; add it")
    values = {key: _check_value(hints[key], v, where=f"{where}: {key}") for key, v in table.items()}
    return cls(**values)


def _check_value(hint: Any, value: Any, *, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise ConfigError(f"{where} is {_quote(value)}; it must be a table of settings")
        return _build(hint, value, where=where)
    if origin in (typing.Union, types.UnionType):
        return _check_value(args[0], value, where=where)  # "X | None": TOML has no null
    if origin is typing.Literal:
        if value not in args:
            raise ConfigError(f"{where} is {_quote(value)}; it must be one of {', '.join(args)}")
        return value
    if origin is collections.abc.Mapping:
        if not isinstance(value, dict):
            raise ConfigError(f"{where} is {_quote(value)}; it must be a table")
        return {key: _check_value(args[1], v, where=f"{where}.{key}") for key, v in value.items()}
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where} is {_quote(value)}; it must be a list in [ ]")
        if args[-1] is not Ellipsis and len(value) != len(args):
            raise ConfigError(f"{where} should hold {len(args)} values, not {len(value)}")
        return tuple(_check_value(args[0], v, where=f"{where}[{i}]") for i, v in enumerate(value))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1e300 else math.inf
    if not isinstance(value, hint) or (hint is not bool and isinstance(value, bool)):
        raise ConfigError(f"{where} is {_quote(value)}; it must be {_describe_kind(hint, value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{where} is {value}; it must be a finite number")
    if isinstance(value, str) and any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise ConfigError(f"{where} is {_quote(value)}; it must not hold control characters")
    return value


def _describe_kind(hint: Any, value: object) -> str:
    """What a value of that type looks like in a TOML file."""
    if hint is str:
        return "text in quotes"
    kind = {bool: "true or false", int: "a whole number", float: "a number"}[hint]
    return f"{kind}, without quotes" if isinstance(value, str) else kind


def _quote(value: object) -> str:
    """The value as text, cut to a length for messages: it may be a whole table."""
    try:
        text = repr(value).lower() if isinstance(value, bool) else repr(value)
    except (RecursionError, ValueError):  # nested or long beyond what Python prints
        return f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:60]}…"
