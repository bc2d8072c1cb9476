"""A catalog: one signed file that lists packs with address, size and hash (weights/README.md).

Whoever holds a trusted key answers for every pack in it. So the server that the packs lie on, and
everybody on the way from it, need no trust.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ...protocol.errors import CatalogError, CatalogSignatureError, PackError, PackInstallError
from .. import MAX_ARCHIVE_BYTES
from ..pack_json.manifest_parser import ARCHITECTURES, check_id
from ..pack_json.strict_json import Fields, decode_json
from .download import check_https, download
from .minisign import MAX_SIGNATURE_BYTES, SUFFIX, PublicKey, verify

FORMAT = "dynamic-style-catalog"
FORMAT_VERSION = 1
FILE_NAME = "catalog.json"
MAX_CATALOG_BYTES = 1 << 20
MOST_PACKS = 1000
WHOLE_S = 60.0  # for the catalog, and as long for its signature
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_TOP = ("format", "format_version", "title", "issued", "packs")
_ENTRY = ("id", "version", "title", "summary", "task", "licence", "bytes", "sha256", "url")


@dataclass(frozen=True)
class CatalogEntry:
    """bytes and sha256: of the .dynpack file at the address url. licence: of the weights, an SPDX
    identifier where there is one.
    """

    id: str
    version: str
    title: str
    summary: str
    task: str
    licence: str
    bytes: int
    sha256: str
    url: str

    @property
    def rank(self) -> tuple[int, ...]:
        """Larger for a newer version."""
        return version_rank(self.version)


@dataclass(frozen=True)
class Catalog:
    """issued: when, as 2026-01-31T12:00:00Z. key: the name of the one that it is signed with."""

    url: str
    title: str
    issued: str
    key: str
    packs: tuple[CatalogEntry, ...]


def fetch_catalog(url: str, *, keys: Sequence[PublicKey]) -> Catalog:
    """The catalog at an https address, signed by one of the keys. Raises CatalogError."""
    try:
        check_https(url)
        data = download(url, limit=MAX_CATALOG_BYTES, whole_s=WHOLE_S)
    except PackInstallError as error:
        raise CatalogError(str(error)) from error
    signature = _fetch_signature(url)
    key = verify(data, signature, keys=keys, what=f"the catalog {url}")
    return parse_catalog(data, url=url, key=key.name)


def _fetch_signature(url: str) -> bytes:
    parts = urlsplit(url)
    beside = parts._replace(path=parts.path + SUFFIX).geturl()
    try:
        return download(beside, limit=MAX_SIGNATURE_BYTES, whole_s=WHOLE_S)
    except PackInstallError as error:
        raise CatalogSignatureError(
            f"the catalog {url} has no signature that can be fetched ({error}); without one "
            "nothing of it is used: ask its publisher to sign it"
        ) from error


def parse_catalog(data: bytes, *, url: str, key: str) -> Catalog:
    """url: where it lies; addresses in it may be relative to it. Raises CatalogError."""
    where = f"the catalog {url}"
    try:
        value = decode_json(data, where=where, max_bytes=MAX_CATALOG_BYTES)
        return _catalog(value, where, url=url, key=key)
    except CatalogError:
        raise
    except PackError as error:  # its advice is for packs
        problem = str(error).partition(";")[0]
        raise CatalogError(f"{problem}; tell whoever publishes the catalog") from error


def catalog_bytes(title: str, issued: str, packs: Sequence[CatalogEntry]) -> bytes:
    """The file. url: as it is to stand there."""
    members = [{name: getattr(pack, name) for name in _ENTRY} for pack in packs]
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "title": title,
        "issued": issued,
        "packs": members,
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def version_rank(version: str) -> tuple[int, ...]:
    """Larger for a newer version. version: as a manifest has it."""
    return tuple(int(part) for part in version.split("."))


def _catalog(value: object, where: str, *, url: str, key: str) -> Catalog:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise CatalogError(
            f'{where} does not say "format": "{FORMAT}"; it is no catalog: check the address'
        )
    version: Any = value.get("format_version")
    if version != FORMAT_VERSION:
        raise CatalogError(
            f"{where} is of format version {version!r:.20}, this program reads {FORMAT_VERSION}; "
            "update Dynamic Style"
        )
    top = Fields(value, where, _TOP)
    packs = tuple(_entry(item, at, url) for item, at in top.array("packs", most=MOST_PACKS))
    ids = [pack.id for pack in packs]
    twice = next((pack_id for pack_id in ids if ids.count(pack_id) > 1), None)
    if twice is not None:
        raise CatalogError(f"{where} lists '{twice}' twice; tell whoever publishes the catalog")
    return Catalog(
        url=url,
        title=top.text("title", limit=200),
        issued=top.matching("issued", _TIME, "a time such as 2026-01-31T12:00:00Z"),
        key=key,
        packs=packs,
    )


def _entry(value: object, where: str, catalog_url: str) -> CatalogEntry:
    fields = Fields(value, where, _ENTRY)
    url = urljoin(catalog_url, fields.text("url", limit=2000))
    try:
        check_https(url)
    except PackInstallError as error:
        raise CatalogError(str(error)) from error
    task = fields.text("task", limit=64)
    if task not in ARCHITECTURES:
        fields.refuse("task", f"is {task!r}; this program knows {', '.join(ARCHITECTURES)}")
    return CatalogEntry(
        id=check_id(fields.text("id", limit=64), where=where),
        version=fields.matching("version", _VERSION, "a version such as '1.0.0'"),
        title=fields.text("title", limit=200),
        summary=fields.text("summary", limit=2000, lines=True, empty=True),
        task=task,
        licence=fields.text("licence", limit=1000, lines=True),
        bytes=fields.integer("bytes", 1, MAX_ARCHIVE_BYTES),
        sha256=fields.matching("sha256", _SHA256, "a SHA-256 of 64 lower-case hex digits"),
        url=url,
    )
