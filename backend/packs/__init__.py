"""Style packs, as the rest of the program sees them: find, list, read what one says of itself.

A pack is a main net and its dials with everything that is known about them. The format's
specification is weights/README.md; nothing in a pack is ever executed. What is named here loads
without torch; `reader`, `writer` and `install`, which do not, are imported by name.
"""

from __future__ import annotations

from .manifest import Manifest
from .store import (
    InstalledPack,
    find_pack,
    list_packs,
    read_manifest,
    shipped_packs_folder,
    user_packs_folder,
)

__all__ = [
    "InstalledPack",
    "Manifest",
    "find_pack",
    "list_packs",
    "read_manifest",
    "shipped_packs_folder",
    "user_packs_folder",
]
