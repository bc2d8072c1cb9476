"""Headers as msgpack bytes, within limits. The only file that knows msgpack.

A plugin carries msgpack's pure-Python files as a subpackage of this folder, because hosts cannot
load its compiled module and share one interpreter among plugins; the backend has it installed.
"""

from __future__ import annotations

from typing import Any

from .errors import MalformedError, OversizeError
from .limits import Limits
from .pixels import Buffer, byte_length

try:
    from . import msgpack  # type: ignore[attr-defined]
except ImportError:
    import msgpack


def pack(plain: Any, limits: Limits) -> bytes:
    """Serialise None, bool, int, float, str, bytes, list and dict. Raises OversizeError."""
    packed: bytes = msgpack.packb(plain, use_bin_type=True)
    _check_size(packed, limits)
    return packed


def unpack(packed: Buffer, limits: Limits) -> Any:
    """Read one value that fills all of packed. Raises MalformedError, or OversizeError."""
    _check_size(packed, limits)
    try:
        plain = msgpack.unpackb(
            packed,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_map_without_duplicates,
            ext_hook=_refuse_extension,
            max_str_len=limits.text_bytes,
            max_bin_len=limits.text_bytes,
            max_array_len=limits.items,
            max_map_len=limits.items,
            max_ext_len=0,
        )
    except (ValueError, RecursionError, msgpack.UnpackException) as error:
        # msgpack's own words differ between its two implementations; some are empty
        why = str(error) or type(error).__name__
        raise MalformedError(f"header: no msgpack that the limits allow: {why:.200}") from error
    if _depth(plain, limits.depth) > limits.depth:
        raise MalformedError(f"header: nested deeper than {limits.depth} levels")
    return plain


def _check_size(packed: Buffer, limits: Limits) -> None:
    size = byte_length(packed)
    if size > limits.header_bytes:
        raise OversizeError(f"header: {size} bytes; at most {limits.header_bytes} are allowed")


def _map_without_duplicates(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if type(key) is not str:
            raise MalformedError(f"header: the key {key!r:.60} is not a string")
        if key in members:
            raise MalformedError(f"header: the key {key!r:.60} is there twice in one map")
        members[key] = value
    return members


def _refuse_extension(code: int, _data: bytes) -> None:
    raise MalformedError(f"header: msgpack extension type {code}; extension types are not allowed")


def _depth(plain: Any, at_most: int) -> int:
    """Levels of nesting, counted no further than one above at_most."""
    if at_most < 0 or not isinstance(plain, list | dict):
        return 0
    items = plain.values() if isinstance(plain, dict) else plain
    return 1 + max((_depth(item, at_most - 1) for item in items), default=0)
