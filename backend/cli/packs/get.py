"""Packs from elsewhere: get and update."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...packs import InstalledPack, identify_pack
from ...protocol.errors import CatalogError, PackIntegrityError, PackNotFoundError, UsageError
from ..console import Console
from .installed import licence_text, list_members

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")  # neither an address nor OWNER/NAME


def run_get(options: argparse.Namespace, console: Console) -> int:
    """Nothing is installed before its size and hash were shown."""
    if _ID.fullmatch(options.address):
        return _get_from_catalog(options, console)
    from ...compute.golden_run import make_golden_run
    from ...packs.install import install_pack
    from ...packs.remote.fetch import fetch_pack, fetching_folder

    if options.catalog:
        raise UsageError(f"{options.address!r} is no pack's id, so --catalog has nothing to say")
    is_asked = not (options.yes or options.sha256)
    if is_asked and not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask; give --sha256 HASH with the hash that the pack should have, "
            "or --yes to install whatever comes"
        )
    with fetching_folder() as folder:
        with console.progress(1, "pack") as advance:
            fetched = fetch_pack(
                options.address,
                folder,
                on_part=lambda done, of: advance(done / of if of else 0),
            )
        sha256 = _show(fetched.path, fetched.size, console)
        _check_hash(options.address, options.sha256, sha256)
        if is_asked and not console.confirm("Install it?"):
            console.note("nothing was installed")
            return 0
        installed = install_pack(fetched.path, make_run=make_golden_run, replace=options.replace)
    console.note(f"installed '{installed.id}' in {installed.path}")
    members = list_members(installed)
    console.document({"ok": True, "pack": members, "bytes": fetched.size, "sha256": sha256})
    return 0


def run_update(options: argparse.Namespace, console: Console) -> int:
    """Updates are told; --install alone fetches them. Exit code 0, or that of what failed."""
    from ...packs.remote.catalog_packs import offers
    from ...packs.remote.known_catalogs import open_all

    catalogs, errors = open_all()
    for error in errors:
        console.error(str(error))
    here = {offer.entry.id: offer for offer in offers(catalogs) if offer.installed is not None}
    for pack_id in options.packs:
        if pack_id not in here:
            raise PackNotFoundError(
                f"'{pack_id}' is no installed pack that a catalog has; 'dynamic-style packs list' "
                "shows what is installed, 'dynamic-style packs catalog' what catalogs have"
            )
    newer = [
        offer
        for offer in here.values()
        if offer.is_newer and (not options.packs or offer.entry.id in options.packs)
    ]
    results: list[dict[str, Any]] = []
    for offer in newer:
        entry = offer.entry
        console.line(
            f"{entry.id}: {offer.installed or 'damaged'} is installed, {entry.version} can be had "
            f"({entry.bytes / 1e6:.1f} MB)"
        )
        results.append({"id": entry.id, "installed": offer.installed, "version": entry.version})
        if options.install:
            _install(offer.entry, console, replace=True)
    if not newer and not errors:
        console.note("all packs that catalogs have are the newest")
    elif newer and not options.install:
        console.note("'dynamic-style packs update --install' installs them")
    console.document(
        {"ok": not errors, "updates": results, "errors": [_members(error) for error in errors]}
    )
    return errors[0].exit_code if errors else 0


def _get_from_catalog(options: argparse.Namespace, console: Console) -> int:
    """The catalog's key answers for the pack, so nobody is asked."""
    from ...packs.remote.catalog_packs import find_offer
    from ...packs.remote.known_catalogs import open_all, open_catalog

    if options.catalog:
        offer = find_offer(options.address, (open_catalog(options.catalog),), ())
    else:
        try:
            catalogs, errors = open_all()
        except CatalogError as error:
            raise CatalogError(
                f"'{options.address}' is no address, and {error}; or give https://... of the pack"
            ) from error
        offer = find_offer(options.address, catalogs, errors)
    console.note(f"from {offer.catalog.title}, signed with the key {offer.catalog.key}")
    entry = offer.entry
    installed, sha256 = _install(
        entry,
        console,
        replace=options.replace,
        check=lambda found: _check_hash(entry.url, options.sha256, found),
    )
    console.document(
        {"ok": True, "pack": list_members(installed), "bytes": entry.bytes, "sha256": sha256}
    )
    return 0


def _install(
    entry: Any,
    console: Console,
    *,
    replace: bool,
    check: Callable[[str], None] = lambda sha256: None,
) -> tuple[InstalledPack, str]:
    """Fetch a catalog's entry, and install it unless check, given its hash, raises."""
    from ...compute.golden_run import make_golden_run
    from ...packs.install import install_pack
    from ...packs.remote.catalog_packs import fetch_offer
    from ...packs.remote.fetch import fetching_folder

    with fetching_folder() as folder:
        with console.progress(1, "pack") as advance:
            fetched = fetch_offer(
                entry, folder, on_part=lambda done, of: advance(done / of if of else 0)
            )
        sha256 = _show(fetched.path, fetched.size, console)
        check(sha256)
        installed = install_pack(fetched.path, make_run=make_golden_run, replace=replace)
    console.note(f"installed '{installed.id}' in {installed.path}")
    return installed, sha256


def _show(path: Path, size: int, console: Console) -> str:
    """Returns the pack's hash."""
    manifest, sha256 = identify_pack(path)
    console.line(f"{manifest.title} ({manifest.id} {manifest.version})")
    console.line(f"made by  {', '.join(manifest.authors)}")
    console.line(f"licence  {licence_text(manifest.licences.weights)}")
    console.line(f"size     {size / 1e6:.1f} MB")
    console.line(f"sha256   {sha256}")
    return sha256


def _check_hash(address: str, wanted: str | None, found: str) -> None:
    if wanted and wanted.strip().lower() != found:
        raise PackIntegrityError(
            f"{address}: the pack's hash is {found}, not the one that was given; it "
            "was changed, or is another version. Nothing was installed"
        )


def _members(error: CatalogError) -> dict[str, str]:
    return {"code": error.code, "message": str(error)}
