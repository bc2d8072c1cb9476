"""Which catalogs the user has added, and whose keys they trust: a JSON file in their configuration.

None comes with the program: neither an address nor a key. A catalog that was seen newer than it is
served now is refused, so that nobody can hold a fixed pack back by serving an old catalog.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...protocol.atomic_file import write_failure, write_whole
from ...protocol.errors import (
    CatalogError,
    CatalogSignatureError,
    PackInstallError,
    UsageError,
)
from ...protocol.process.plain_files import read_json
from ...protocol.process.user_folders import config_folder
from .catalog import Catalog, fetch_catalog
from .download import check_https
from .minisign import PublicKey, read_public_key

FILE_NAME = "catalogs.json"
MAX_BYTES = 1 << 16
MOST = 32  # catalogs, and keys

NO_CATALOG = (
    "no catalog of packs is known, and none comes with the program; 'dynamic-style packs catalog "
    "https://... --add' adds one, once 'dynamic-style packs trust KEY' knows its publisher's key"
)


@dataclass(frozen=True)
class KnownCatalogs:
    """issued: by address, the time of issue of the newest that was seen, or ""."""

    issued: dict[str, str]
    keys: tuple[PublicKey, ...]

    def with_catalog(self, url: str, issued: str) -> KnownCatalogs:
        return replace(self, issued={**self.issued, url: issued})

    def without_url(self, url: str) -> KnownCatalogs:
        """Raises UsageError for an address that is not known."""
        if url not in self.issued:
            raise UsageError(
                f"{url} is no catalog that was added; 'dynamic-style packs catalog' names those "
                "that were"
            )
        return replace(self, issued={u: i for u, i in self.issued.items() if u != url})

    def with_key(self, key: PublicKey) -> KnownCatalogs:
        return self if key in self.keys else replace(self, keys=(*self.keys, key))

    def without_key(self, key: PublicKey) -> KnownCatalogs:
        """Raises UsageError for a key that is not trusted."""
        if key not in self.keys:
            raise UsageError(
                f"the key {key.name} is not trusted as it is; 'dynamic-style packs trust' names "
                "those that are"
            )
        return replace(self, keys=tuple(known for known in self.keys if known != key))


def settings_path() -> Path:
    return config_folder() / FILE_NAME


def load() -> KnownCatalogs:
    """Raises CatalogError for a file that cannot be used: whom to trust is not guessed."""
    path = settings_path()
    try:
        members = read_json(path, most_bytes=MAX_BYTES)
        issued = {str(entry["url"]): str(entry["issued"]) for entry in members["catalogs"]}
        for url in issued:
            check_https(url)
        keys = tuple(read_public_key(str(text)) for text in members["keys"])
    except FileNotFoundError:
        return KnownCatalogs({}, ())
    except (
        *(OSError, ValueError, TypeError, KeyError),
        *(UsageError, PackInstallError),
    ) as error:
        raise CatalogError(
            f"{path} cannot be used ({error}); correct it, or delete it and add catalogs and keys "
            "again"
        ) from error
    return KnownCatalogs(issued, keys)


def save(known: KnownCatalogs) -> None:
    """Raises CatalogError, and UsageError for too many."""
    if len(known.issued) > MOST or len(known.keys) > MOST:
        raise UsageError(f"more than {MOST} catalogs or keys cannot be kept; take one away first")
    members = {
        "catalogs": [{"url": url, "issued": issued} for url, issued in known.issued.items()],
        "keys": [key.text for key in known.keys],
    }
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_whole(path) as file:
            file.write(json.dumps(members, indent=2).encode())
    except OSError as error:
        raise CatalogError(write_failure(str(path), error)) from error


def open_catalog(url: str, *, keys: Sequence[PublicKey] | None = None) -> Catalog:
    """A catalog, whether it was added or not, signed by a key that is trusted. Raises
    CatalogError.
    """
    known = load()
    catalog = fetch_catalog(url, keys=known.keys if keys is None else keys)
    seen = known.issued.get(url, "")
    if catalog.issued < seen:
        raise CatalogError(
            f"the catalog {url} is of {catalog.issued}, and one of {seen} was seen before; "
            "somebody may be serving an old one: try again later, or ask its publisher"
        )
    if url in known.issued and catalog.issued > seen:
        save(known.with_catalog(url, catalog.issued))
    return catalog


def add_catalog(url: str, key_text: str) -> Catalog:
    """Fetch a catalog and keep its address. The key that is given is kept only where no trusted
    one has signed the catalog and this one has; that both have the same id says nothing, for who
    makes a key chooses it. Raises CatalogError, and UsageError for a key that is none; then nothing
    is kept.
    """
    given = read_public_key(key_text) if key_text else None
    added: PublicKey | None = None
    try:
        catalog = open_catalog(url)
    except CatalogSignatureError:
        if given is None:
            raise
        catalog, added = open_catalog(url, keys=(given,)), given
    known = load().with_catalog(url, catalog.issued)
    save(known if added is None else known.with_key(added))
    return catalog


def open_all() -> tuple[tuple[Catalog, ...], tuple[CatalogError, ...]]:
    """Every catalog that was added; and why others cannot be used. Raises CatalogError where none
    was added.
    """
    urls = tuple(load().issued)
    if not urls:
        raise CatalogError(NO_CATALOG)
    catalogs, errors = [], []
    for url in urls:
        try:
            catalogs.append(open_catalog(url))
        except CatalogError as error:
            errors.append(error)
    return tuple(catalogs), tuple(errors)
