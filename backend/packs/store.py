"""The packs of this computer: where they are, which there are, and one by its id.

A packs folder holds one subfolder per pack, named by the pack's id. The user's own folder comes
before the one shipped with the program. No torch here, so that listing stays quick.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import platformdirs

from ..protocol.errors import PackError, PackFormatError, PackNotFoundError
from .pack_json.manifest import PACK_JSON, Manifest
from .pack_json.manifest_parser import check_id
from .pack_json.strict_json import shown
from .sources import open_pack, pack_label, read_checked, read_checked_manifest

PACKS_VARIABLE = "DYNAMIC_STYLE_PACKS"  # environment: takes the place of the user's packs folder
_ID_LIKE = re.compile(r"[A-Za-z0-9_-]+")
MOST_ID = 64  # characters


@dataclass(frozen=True)
class InstalledPack:
    """A pack in a packs folder; exactly one of manifest and error is set."""

    id: str
    path: Path
    is_shipped: bool
    manifest: Manifest | None = None
    error: PackError | None = None


@dataclass(frozen=True)
class PackDescription:
    """What a pack shows of itself. sha256: of its pack.json, so of all it holds. thumbnail: the
    bytes of a file of that name's suffix.
    """

    manifest: Manifest
    sha256: str
    thumbnail_name: str
    thumbnail: bytes


def user_packs_folder() -> Path:
    """Where packs are installed; it may not exist yet."""
    named = os.environ.get(PACKS_VARIABLE)
    if named:
        return Path(named).absolute()
    return Path(platformdirs.user_data_dir("dynamic-style", appauthor=False)) / "packs"


def shipped_packs_folder() -> Path:
    return Path(__file__).resolve().parents[2] / "weights"


def read_manifest(path: Path) -> Manifest:
    """A pack's manifest without its tensors; names and sizes of all files are checked.

    Raises a PackError.
    """
    return identify_pack(path)[0]


def identify_pack(path: Path) -> tuple[Manifest, str]:
    """As read_manifest, with the sha256 that tells this very pack from every other one."""
    with open_pack(path) as source:
        return read_checked_manifest(source, path)


def describe_pack(path: Path) -> PackDescription:
    """A pack's manifest and thumbnail. Raises a PackError."""
    with open_pack(path) as source:
        manifest, sha256 = read_checked_manifest(source, path)
        name = manifest.picture_file("thumbnail")
        data = read_checked(source, name, manifest.files[name], pack=pack_label(path))
    return PackDescription(manifest, sha256, name, data)


def read_stamp(path: Path) -> tuple[int, ...]:
    """What changes when the pack in a folder is replaced: its pack.json holds the hashes of all the
    rest. Raises PackFormatError.
    """
    try:
        status = os.stat(path / PACK_JSON)  # noqa: PTH116
    except OSError as error:
        raise PackFormatError(
            f"pack '{path.name}': {PACK_JSON} cannot be read ({error.strerror}); install the pack "
            "again"
        ) from error
    return status.st_ino, status.st_size, status.st_mtime_ns


def list_packs() -> tuple[InstalledPack, ...]:
    """Every installed pack by id; a broken one is listed with its error.

    A pack of the user's hides a shipped pack of the same id.
    """
    found: dict[str, InstalledPack] = {}
    for folder in (user_packs_folder(), shipped_packs_folder()):
        for path in _subfolders(folder):
            if path.name not in found:
                found[path.name] = _look_at(path)
    return tuple(found[pack_id] for pack_id in sorted(found))


def find_pack(id_or_path: str) -> Path:
    """The folder or file of an installed pack's id, or of a path. Raises PackNotFoundError."""
    if _ID_LIKE.fullmatch(id_or_path):
        for folder in (user_packs_folder(), shipped_packs_folder()):
            if id_or_path in {path.name for path in _subfolders(folder)}:
                return folder / id_or_path
    path = Path(id_or_path)
    if _exists(path):
        return path
    known = [pack.id for pack in list_packs()]
    near = get_close_matches(path.stem.lower(), known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise PackNotFoundError(
        f"no pack {shown(id_or_path)} is installed, and there is no such path; {hint}"
        "'dynamic-style packs list' shows what there is, "
        "'dynamic-style packs install FILE' adds one"
    )


def find_installed(pack_id: str) -> Path:
    """The folder of an installed pack. Raises PackNotFoundError, also for any kind of path."""
    if not _ID_LIKE.fullmatch(pack_id) or len(pack_id) > MOST_ID:
        raise PackNotFoundError(
            f"{shown(pack_id)} is no pack's id; the backend runs installed packs only: install it "
            "first"
        )
    path = find_pack(pack_id)
    if path.parent not in (user_packs_folder(), shipped_packs_folder()):
        raise PackNotFoundError(f"no pack '{pack_id}' is installed; install it first")
    return path


def _look_at(path: Path) -> InstalledPack:
    is_shipped = path.parent == shipped_packs_folder()
    try:
        check_id(path.name, where=pack_label(path))
        manifest = read_manifest(path)
        if manifest.id != path.name:
            raise PackFormatError(
                f"{pack_label(path)}: the folder holds the pack '{manifest.id}'; rename the folder"
            )
    except PackError as error:
        # such a name may hold anything, so it is made fit to print
        pack_id = path.name if path.name.isprintable() else shown(path.name)
        return InstalledPack(pack_id, path, is_shipped, error=error)
    return InstalledPack(path.name, path, is_shipped, manifest=manifest)


def _subfolders(folder: Path) -> tuple[Path, ...]:
    """Names starting with '.' or '_' are no packs: half-done installations, Python's caches."""
    try:
        return tuple(sorted(p for p in folder.iterdir() if p.name[0] not in "._" and p.is_dir()))
    except FileNotFoundError:
        return ()  # nothing was installed yet
    except OSError as error:
        raise PackNotFoundError(
            f"cannot read the packs folder {shown(str(folder))} ({error.strerror}); "
            f"check its permissions, or {PACKS_VARIABLE} where that names it"
        ) from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or one that holds NUL
        return False
