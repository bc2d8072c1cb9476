"""Dials over time from a TOML file: --keys."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..protocol.animation.alpha_keys import EASES, AlphaKeys
from ..protocol.animation.alpha_text import DialOverTime, read_alpha, read_frame
from ..protocol.errors import UsageError

MOST_KEYS = 100_000
MOST_BYTES = 16_000_000


def read_keys(path: Path, ease: str) -> list[DialOverTime]:
    """`ease`, where the argument is not to hold, and under [dials.NAME] an alpha by each key's
    frame, or under `dials` NAME = alpha for a dial that stands still. Raises UsageError, and
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


def _read_dial(name: str, value: Any, ease: str, *, where: str) -> DialOverTime:
    if not isinstance(value, Mapping):
        return DialOverTime(name, numbers=repr(read_alpha(value, where=where)))
    if not 1 <= len(value) <= MOST_KEYS:
        raise UsageError(f"{where}: {len(value)} keys; give 1 to {MOST_KEYS}")
    keys = {
        read_frame(frame, where=where): read_alpha(alpha, where=where)
        for frame, alpha in value.items()
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
