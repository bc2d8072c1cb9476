"""Which packs there seem to be, without asking the backend: GIMP registers procedures while it
starts, and starting a backend then would make everybody wait.

Only what a menu or a procedure's description needs is read of each pack.json; whether a pack is
sound is the backend's business.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .plugin.translations import wanted_languages
from .protocol.errors import BackendError
from .protocol.process.launch import MAX_RECORD_BYTES, record_path
from .protocol.process.plain_files import read_json
from .protocol.texts.languages import choose_language

PACKS_VARIABLE = "DYNAMIC_STYLE_PACKS"  # as in the backend
MAX_MANIFEST_BYTES = 1 << 20
MOST_PACKS = 200  # GIMP keeps them in its own start-up file
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode categories
_INVISIBLE_ALLOWED = dict.fromkeys(map(ord, "\n\t\u200c\u200d"))  # the latter in scripts and emoji
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")  # weights/README.md
# Below a virtual environment, on POSIX and on Windows.
_SHIPPED = (
    "lib/python3*/site-packages/dynamic_style/weights",
    "Lib/site-packages/dynamic_style/weights",
)


@dataclass(frozen=True)
class KnownPack:
    id: str
    title: str
    summary: str
    task: str


def known_packs(task: str) -> tuple[KnownPack, ...]:
    """The packs for a task, by id; a pack of the user's hides a shipped one. Never raises."""
    found: dict[str, KnownPack] = {}
    for folder in [user_packs_folder(), *shipped_packs_folders()]:
        for path in _manifests(folder):
            pack = _read(path)
            if pack is not None:
                found.setdefault(pack.id, pack)
    packs = [found[id_] for id_ in sorted(found) if found[id_].task == task]
    return tuple(packs[:MOST_PACKS])


def let_gimp_ask_again(plugin_file: Path) -> None:
    """See to it that GIMP asks for the procedures anew when it starts next, if packs have come or
    gone since plugin_file was dated: it asks only when that file has another date than before.
    """
    try:
        dated = plugin_file.stat().st_mtime
        if any(_date(path) > dated for path in _watched()):
            os.utime(plugin_file)
    except OSError:
        return  # a read-only folder: new packs can still be named by their id


def user_packs_folder() -> Path | None:
    """Where the backend installs packs; it is started with this process's environment."""
    named = os.environ.get(PACKS_VARIABLE)
    if named:
        return Path(named).absolute()
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "dynamic-style" / "packs"


def shipped_packs_folders() -> list[Path]:
    """What the installer's record says, and where the environment that it names keeps them."""
    try:
        record = read_json(record_path(), most_bytes=MAX_RECORD_BYTES)
        folders = [Path(record["packs"])] if "packs" in record else []
        environment = Path(record["interpreter"]).parent.parent
        return folders + [path for name in _SHIPPED for path in environment.glob(name)]
    except (BackendError, OSError, ValueError, TypeError, KeyError):
        return []  # not installed, or damaged: said when the backend is needed


def _watched() -> list[Path]:
    """What is changed by installing or removing: folders of packs, and the installer's record."""
    user = user_packs_folder()
    folders = [*([] if user is None else [user]), *shipped_packs_folders()]
    try:
        return [*folders, record_path()]
    except BackendError:
        return folders


def _date(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):  # ValueError: a path that no file can have
        return 0.0


def _manifests(folder: Path | None) -> list[Path]:
    try:
        return [] if folder is None else sorted(folder.glob("*/pack.json"))
    except (OSError, ValueError):
        return []


def _read(path: Path) -> KnownPack | None:
    try:
        manifest = read_json(path, most_bytes=MAX_MANIFEST_BYTES)
        said = {**manifest, **_translated(manifest.get("translations"))}
        texts = [said[name] for name in ("id", "title", "summary", "task")]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if not all(isinstance(text, str) and _is_showable(text) for text in texts):
        return None
    if texts[0] != path.parent.name or not _ID.fullmatch(texts[0]):
        return None
    return KnownPack(*texts)


def _translated(translations: Any) -> dict[str, str]:
    """Title and summary in the user's language, as far as the pack knows them. It may raise what a
    damaged manifest makes it.
    """
    language = choose_language(wanted_languages(), translations or {})
    said = translations[language] if language is not None else {}
    return {name: said[name] for name in ("title", "summary") if said.get(name)}


def _is_showable(text: str) -> bool:
    """Whether it holds nothing that no pack may have (weights/README.md) and GIMP cannot take, such
    as half of a surrogate pair.
    """
    others = text.translate(_INVISIBLE_ALLOWED)
    return not any(unicodedata.category(character) in _INVISIBLE for character in others)
