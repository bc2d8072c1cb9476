"""Message dataclasses <-> the plain maps, arrays and numbers of a header, strictly in both ways.

The dataclasses are the schema: every field is on the wire under its own name, none may be missing
and none may be added. Fields that hold a Buffer travel as frames of their own; the header says the
frame's number, counted from 0 in the order of the fields.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .errors import MalformedError
from .limits import Limits
from .pixels import Buffer, Pixels

MAX_INTEGER = 2**63 - 1
_LARGE = (bytes, bytearray, list, dict, tuple)  # said by type only: their repr may be huge


class Writer:
    """Turns a value into plain ones. It collects the buffers it meets, and by the number of their
    buffer the Pixels, which may know its digest.
    """

    def __init__(self, limits: Limits) -> None:
        self.buffers: list[Buffer] = []
        self.pixels: dict[int, Pixels] = {}
        self._limits = limits

    def plain(self, value: Any, hint: Any, where: str) -> Any:
        if hint == Buffer:
            _check(isinstance(value, bytes | bytearray | memoryview), where, "bytes", value)
            self.buffers.append(value)
            return len(self.buffers) - 1
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            _check(type(value) is hint, where, f"a {hint.__name__}", value)
            if isinstance(value, Pixels):
                self.pixels[len(self.buffers)] = value
            return {
                name: self.plain(getattr(value, name), field_hint, f"{where}.{name}")
                for name, field_hint in wire_fields(hint).items()
            }
        inner = _optional(hint)
        if inner is not None:
            return None if value is None else self.plain(value, inner, where)
        if get_origin(hint) is tuple:
            _check(isinstance(value, tuple), where, "a tuple", value)
            hints = _item_hints(hint, value, where, self._limits)
            pairs = enumerate(zip(value, hints, strict=True))
            return [self.plain(item, item_hint, f"{where}[{i}]") for i, (item, item_hint) in pairs]
        if get_origin(hint) is Mapping:
            _check(isinstance(value, Mapping), where, "a mapping", value)
            _check_items(value, where, self._limits)
            value_hint = get_args(hint)[1]
            return {
                _scalar(key, str, f"{where}'s key", self._limits): self.plain(
                    item, value_hint, f"{where}[{key!r:.60}]"
                )
                for key, item in value.items()
            }
        if hint is float and type(value) is int:
            value = float(value)
        return _scalar(value, hint, where, self._limits)


class Reader:
    """Turns plain values back. Every buffer must be named once, in order; see finish()."""

    def __init__(self, buffers: Sequence[Buffer], limits: Limits) -> None:
        self.pixels: dict[int, Pixels] = {}
        self._buffers = buffers
        self._used = 0
        self._limits = limits

    def value(self, plain: Any, hint: Any, where: str) -> Any:
        if hint == Buffer:
            return self._next_buffer(plain, where)
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            return self._message(plain, hint, where)
        inner = _optional(hint)
        if inner is not None:
            return None if plain is None else self.value(plain, inner, where)
        if get_origin(hint) is tuple:
            _check(type(plain) is list, where, "an array", plain)
            hints = _item_hints(hint, plain, where, self._limits)
            pairs = enumerate(zip(plain, hints, strict=True))
            return tuple(self.value(item, h, f"{where}[{i}]") for i, (item, h) in pairs)
        if get_origin(hint) is Mapping:
            _check(type(plain) is dict, where, "a map", plain)
            _check_items(plain, where, self._limits)
            value_hint = get_args(hint)[1]
            return {
                _scalar(key, str, f"{where}'s key", self._limits): self.value(
                    item, value_hint, f"{where}[{key!r:.60}]"
                )
                for key, item in plain.items()
            }
        return _scalar(plain, hint, where, self._limits)

    def finish(self, where: str) -> None:
        """Raise MalformedError if a buffer is left that no field has named."""
        if self._used != len(self._buffers):
            raise MalformedError(
                f"{where}: {len(self._buffers)} buffers came, but its fields name {self._used}; "
                "send no others"
            )

    def _message(self, plain: Any, cls: Any, where: str) -> Any:
        _check(type(plain) is dict, where, "a map", plain)
        fields = wire_fields(cls)
        for name in plain:
            if name not in fields:
                raise MalformedError(f"{where}: unknown field {name!r:.60}; send what the spec has")
        for name in fields:
            if name not in plain:
                raise MalformedError(f"{where}: the field {name!r} is missing; send every field")
        message = cls(**{n: self.value(plain[n], h, f"{where}.{n}") for n, h in fields.items()})
        if isinstance(message, Pixels):
            self.pixels[self._used - 1] = message
        return message

    def _next_buffer(self, plain: Any, where: str) -> Buffer:
        _check(type(plain) is int, where, "a buffer's number", plain)
        if plain != self._used or plain >= len(self._buffers):
            raise MalformedError(
                f"{where}: names buffer {plain}, but the next of the {len(self._buffers)} is "
                f"{self._used}; each must be named once, in the order of the fields"
            )
        self._used += 1
        return self._buffers[self._used - 1]


@cache
def wire_fields(cls: type) -> dict[str, Any]:
    """The fields of a message by wire name, in order, with their types."""
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


def _scalar(value: Any, hint: Any, where: str, limits: Limits) -> Any:
    if get_origin(hint) is Literal:
        words = get_args(hint)
        _check(type(value) is str and value in words, where, "one of " + ", ".join(words), value)
    elif hint is str:
        _check(type(value) is str, where, "a string", value)
        _check_text(value, where, limits)
    elif hint is bytes:
        _check(type(value) is bytes, where, "a byte string", value)
    elif hint is bool:
        _check(type(value) is bool, where, "true or false", value)
    elif hint is int:
        is_fit = type(value) is int and 0 <= value <= MAX_INTEGER
        _check(is_fit, where, "an integer from 0 to 2^63 - 1", value)
    elif hint is float:
        _check(type(value) is float and math.isfinite(value), where, "a finite float", value)
    else:
        raise TypeError(f"{where}: no wire form for {hint!r}")
    return value


def _check_text(value: str, where: str, limits: Limits) -> None:
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise MalformedError(f"{where}: no valid Unicode; use text that UTF-8 can hold") from error
    if size > limits.text_bytes:
        raise MalformedError(
            f"{where}: {size} bytes of text; at most {limits.text_bytes} are allowed"
        )


def _optional(hint: Any) -> Any:
    """X for `X | None`, None for any other type."""
    if get_origin(hint) not in (Union, types.UnionType):
        return None
    (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
    return inner


def _item_hints(hint: Any, items: Sequence[Any], where: str, limits: Limits) -> Sequence[Any]:
    _check_items(items, where, limits)
    hints = get_args(hint)
    if hints[-1] is Ellipsis:
        return (hints[0],) * len(items)
    if len(items) != len(hints):
        raise MalformedError(f"{where}: {len(items)} items; it must have {len(hints)}")
    return hints


def _check_items(items: Sequence[Any] | Mapping[Any, Any], where: str, limits: Limits) -> None:
    if len(items) > limits.items:
        raise MalformedError(f"{where}: {len(items)} items; at most {limits.items} are allowed")


def _check(holds: bool, where: str, expected: str, value: Any) -> None:
    if not holds:
        shown = type(value).__name__ if isinstance(value, _LARGE) else f"{value!r:.60}"
        raise MalformedError(f"{where}: {shown} is not {expected}")
