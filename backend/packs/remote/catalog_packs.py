"""Packs out of catalogs: which there are, which are newer than what is installed, and one fetched.

What was fetched is what the catalog's key has signed, byte for byte; installing checks the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ...protocol.errors import CatalogError, PackIntegrityError, PackNotFoundError
from .. import InstalledPack, identify_pack, list_packs
from ..pack_json.manifest_parser import check_id
from .catalog import Catalog, CatalogEntry, version_rank
from .download import download
from .fetch import Fetched, OnPart, keep_fetched


@dataclass(frozen=True)
class Offer:
    """A pack that a catalog has. installed: the version that is installed, "" of a broken pack;
    None: there is none. is_shipped: it came with the program.
    """

    entry: CatalogEntry
    catalog: Catalog
    installed: str | None
    is_shipped: bool

    @property
    def is_newer(self) -> bool:
        """Than what is installed; also where that is broken."""
        if self.installed is None:
            return False
        return not self.installed or self.entry.rank > version_rank(self.installed)


def offers(catalogs: Iterable[Catalog]) -> tuple[Offer, ...]:
    """Every pack of the catalogs by id, in its newest version; of equal ones the first."""
    installed = {pack.id: pack for pack in list_packs()}
    found: dict[str, Offer] = {}
    for catalog in catalogs:
        for entry in catalog.packs:
            offer = found.get(entry.id)
            if offer is None or entry.rank > offer.entry.rank:
                found[entry.id] = _offer(entry, catalog, installed.get(entry.id))
    return tuple(found[pack_id] for pack_id in sorted(found))


def find_offer(pack_id: str, catalogs: Sequence[Catalog], errors: Sequence[CatalogError]) -> Offer:
    """errors: of catalogs that it may stand in. Raises PackNotFoundError, or the first error."""
    there = offers(catalogs)
    found = next((offer for offer in there if offer.entry.id == pack_id), None)
    if found is not None:
        return found
    if errors:
        raise errors[0]
    near = get_close_matches(pack_id, [offer.entry.id for offer in there], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise PackNotFoundError(
        f"no catalog that was added has a pack '{pack_id}'; {hint}'dynamic-style packs catalog' "
        "shows what they have"
    )


def fetch_offer(
    entry: CatalogEntry,
    folder: Path,
    *,
    on_part: OnPart = lambda done, of: None,
    whole_s: float | None = None,
) -> Fetched:
    """Fetch the pack into the folder, which is there and empty. whole_s: as download takes it.
    Raises a PackError: then it is not what the catalog lists, or could not be fetched.
    """
    check_id(entry.id, where="the catalog")
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        on_part(done, entry.bytes)

    data = download(entry.url, limit=entry.bytes, on_bytes=on_bytes, whole_s=whole_s)
    sha256 = hashlib.sha256(data).hexdigest()
    if len(data) != entry.bytes or sha256 != entry.sha256:
        raise PackIntegrityError(
            f"{entry.url}: what lies there has {len(data)} bytes and the hash {sha256}, not the "
            f"{entry.bytes} bytes and the hash {entry.sha256} that the signed catalog names; "
            "nothing was installed: try again later, or tell whoever publishes the catalog"
        )
    path = folder / "pack.dynpack"
    keep_fetched(path, data)
    manifest, _ = identify_pack(path)
    if (manifest.id, manifest.version) != (entry.id, entry.version):
        raise PackIntegrityError(
            f"{entry.url}: it is {manifest.id} {manifest.version}, not the {entry.id} "
            f"{entry.version} that the catalog names; tell whoever publishes the catalog"
        )
    return Fetched(path, len(data))


def _offer(entry: CatalogEntry, catalog: Catalog, pack: InstalledPack | None) -> Offer:
    if pack is None:
        return Offer(entry, catalog, None, False)
    version = "" if pack.manifest is None else pack.manifest.version
    return Offer(entry, catalog, version, pack.is_shipped)
