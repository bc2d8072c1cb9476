"""For whoever publishes packs: a folder to put on a server, and the keys to sign it with."""

from __future__ import annotations

import argparse

from ..console import Console


def run_make_catalog(options: argparse.Namespace, console: Console) -> int:
    from ...packs.remote.make_catalog import load_key, make_catalog

    key = load_key(options.key) if options.key else None
    ids = make_catalog(options.packs, options.out, title=options.title, key=key)
    console.line(f"{options.out}: a catalog of {', '.join(ids)}")
    if key is None:
        console.note(
            f"it is not signed yet: 'minisign -Sm {options.out}/catalog.json' signs it, or --key"
        )
    else:
        console.note(
            f"signed with the key {key.public.name}; put the folder on an https server, and tell "
            f"people to trust {key.public.text}"
        )
    console.document(
        {
            "ok": True,
            "packs": list(ids),
            "folder": str(options.out),
            "key": None if key is None else key.public.text,
        }
    )
    return 0


def run_make_key(options: argparse.Namespace, console: Console) -> int:
    from ...packs.remote.make_catalog import make_key

    secret, public, key = make_key(options.name)
    console.line(key.text)
    console.note(
        f"{secret} signs catalogs: keep it, and a copy of it, where nobody else can read it. "
        f"{public} is for everybody"
    )
    console.document({"ok": True, "secret": str(secret), "public": str(public), "key": key.text})
    return 0
