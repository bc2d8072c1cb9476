"""Catalogs and the keys that they are signed with: what they have, where to look, whom to trust."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from ...protocol.errors import CatalogError, UsageError
from ..console import Console


def run_catalog(options: argparse.Namespace, console: Console) -> int:
    """Exit code 0, or that of the first catalog that cannot be used."""
    from ...packs.remote import known_catalogs

    known = known_catalogs.load()
    if (options.add or options.drop) and not options.url:
        raise UsageError("name the catalog: packs catalog https://... --add, or --drop")
    if options.drop:
        known_catalogs.save(known.without_url(options.url))
        console.note(f"{options.url} is not looked at any more")
        console.document({"ok": True, "url": options.url})
        return 0
    if not options.url and not known.issued:
        console.note(known_catalogs.NO_CATALOG)
        console.document({"ok": True, "catalogs": [], "errors": []})
        return 0
    catalogs, errors = _open(options.url)
    if options.add:  # it could be read, and is signed by who is trusted
        known_catalogs.save(known.with_catalog(options.url, catalogs[0].issued))
        console.note(f"{options.url} was added")
    for catalog in catalogs:
        _show(catalog, console)
    for error in errors:
        console.error(str(error))
    console.document(
        {
            "ok": not errors,
            "catalogs": [_members(catalog) for catalog in catalogs],
            "errors": [{"code": error.code, "message": str(error)} for error in errors],
        }
    )
    return errors[0].exit_code if errors else 0


def run_trust(options: argparse.Namespace, console: Console) -> int:
    from ...packs.remote import known_catalogs
    from ...packs.remote.minisign import read_public_key

    known = known_catalogs.load()
    if not options.key:
        if options.revoke:
            raise UsageError("name the key: packs trust KEY --revoke")
        for key in known.keys:
            console.line(f"{key.text}  {key.name}")
        if not known.keys:
            console.note("no key is trusted; 'dynamic-style packs trust KEY' adds one")
        keys = [{"key": key.text, "name": key.name} for key in known.keys]
        console.document({"ok": True, "keys": keys})
        return 0
    key = read_public_key(_key_text(options.key))
    known_catalogs.save(known.without_key(key) if options.revoke else known.with_key(key))
    told = "is not trusted any more" if options.revoke else "is trusted"
    console.note(f"the key {key.name} {told}")
    console.document({"ok": True, "key": key.text, "name": key.name})
    return 0


def _open(url: str | None) -> tuple[tuple[Any, ...], tuple[CatalogError, ...]]:
    from ...packs.remote.known_catalogs import open_all, open_catalog

    return ((open_catalog(url),), ()) if url else open_all()


def _key_text(given: str) -> str:
    """A key's own text, or that of the file of this name."""
    path = Path(given)
    try:
        if path.is_file() and path.stat().st_size <= 4096:
            return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):  # no name of a file
        pass
    return given


def _show(catalog: Any, console: Console) -> None:
    from ...packs.remote.catalog_packs import offers

    console.line(f"{catalog.title}, {catalog.issued[:10]} ({catalog.url})")
    there = offers((catalog,))
    width = max((len(offer.entry.id) for offer in there), default=0)
    for offer in there:
        entry = offer.entry
        state = ""
        if offer.is_newer:
            state = f"; {offer.installed or 'damaged'} is installed"
        elif offer.installed is not None:
            state = "; installed"
        console.line(
            f"  {entry.id:<{width}}  {entry.title} {entry.version} – {entry.licence}, "
            f"{entry.bytes / 1e6:.1f} MB{state}"
        )
    if not there:
        console.line("  no packs")


def _members(catalog: Any) -> dict[str, Any]:
    from ...packs.remote.catalog_packs import offers

    return {
        "url": catalog.url,
        "title": catalog.title,
        "issued": catalog.issued,
        "key": catalog.key,
        "packs": [
            {**dataclasses.asdict(offer.entry), "installed": offer.installed}
            for offer in offers((catalog,))
        ],
    }
