"""Texts of a pack.json that have a form: ids, hashes, dates, and names out of a list."""

from __future__ import annotations

import re
from datetime import date

from .strict_json import Fields, shown

# Device names that Windows keeps for itself, whatever the extension.
WINDOWS_NAMES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?")
_ID_FORM = "an id of a-z, 0-9 and '-', at most 64 long, such as 'starry-night'"


def read_id(fields: Fields, key: str) -> str:
    value = fields.matching(key, _ID, _ID_FORM)
    if value in WINDOWS_NAMES:
        fields.refuse(key, f"is '{value}', a name that Windows keeps for a device")
    return value


def read_sha256(fields: Fields, key: str) -> str:
    return fields.matching(key, _SHA256, "a SHA-256 of 64 lower-case hex digits")


def read_one_of(fields: Fields, key: str, known: tuple[str, ...]) -> str:
    value = fields.text(key, limit=64)
    if value not in known:
        fields.refuse(key, f"is {shown(value)}; this program knows {', '.join(known)}")
    return value


def read_date(fields: Fields, key: str) -> str:
    value = fields.matching(key, _DATE, "a date such as 2026-01-31 or 2026-01-31T12:00:00Z")
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        fields.refuse(key, f"is {shown(value)}, a day that no calendar has")
    return value
