"""Style packs, as the rest of the program sees them: load, write, list, find, install, verify.

A pack is a main net and its dials with everything that is known about them. The format's
specification is weights/README.md; nothing in a pack is ever executed.
"""

from __future__ import annotations

from .manifest import Manifest
from .pack_folder import check_target
from .pack_install import install_pack, remove_pack
from .pack_reader import Pack, Verification, load_pack, read_picture, verify_pack
from .pack_store import (
    InstalledPack,
    find_pack,
    list_packs,
    read_manifest,
    shipped_packs_folder,
    user_packs_folder,
)
from .pack_writer import check_manifest, pack_archive, write_pack

__all__ = [
    "InstalledPack",
    "Manifest",
    "Pack",
    "Verification",
    "check_manifest",
    "check_target",
    "find_pack",
    "install_pack",
    "list_packs",
    "load_pack",
    "pack_archive",
    "read_manifest",
    "read_picture",
    "remove_pack",
    "shipped_packs_folder",
    "user_packs_folder",
    "verify_pack",
    "write_pack",
]
