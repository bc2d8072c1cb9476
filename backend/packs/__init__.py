"""Style packs, as the rest of the program sees them: find, list, read what one says of itself.

A pack is a main net and its dials with everything that is known about them. The format's
specification is weights/README.md; nothing in a pack is ever executed. What is named here loads
without torch or NumPy. `weights`, `reader`, `golden_check` and `install`, which need NumPy, and
`tensors` and `writer`, which need torch, are imported by name. There is no other door.
"""

from __future__ import annotations

from ..protocol.dial_spec import DialSpec
from .archive import MAX_ARCHIVE_BYTES
from .pack_json.manifest import (
    PACK_JSON,
    Architecture,
    Comparison,
    ComparisonRow,
    Licence,
    Licences,
    LossRecord,
    Manifest,
    Measurement,
    TrainingRecord,
)
from .pack_json.manifest_parser import MAX_MANIFEST_BYTES, parse_manifest
from .pack_json.translations import DialTexts, Translation
from .sources import MAX_PACK_BYTES
from .store import (
    PACKS_VARIABLE,
    InstalledPack,
    PackDescription,
    describe_pack,
    find_installed,
    find_pack,
    identify_pack,
    list_packs,
    read_manifest,
    read_stamp,
    shipped_packs_folder,
    user_packs_folder,
)

__all__ = [
    "MAX_ARCHIVE_BYTES",
    "MAX_MANIFEST_BYTES",
    "MAX_PACK_BYTES",
    "PACKS_VARIABLE",
    "PACK_JSON",
    "Architecture",
    "Comparison",
    "ComparisonRow",
    "DialSpec",
    "DialTexts",
    "InstalledPack",
    "Licence",
    "Licences",
    "LossRecord",
    "Manifest",
    "Measurement",
    "PackDescription",
    "TrainingRecord",
    "Translation",
    "describe_pack",
    "find_installed",
    "find_pack",
    "identify_pack",
    "list_packs",
    "parse_manifest",
    "read_manifest",
    "read_stamp",
    "shipped_packs_folder",
    "user_packs_folder",
]
