"""What the panels remember from one session to the next: one JSON file of the user's.

It lies in the user's configuration folder, outside the plugins' own folders, which an update
replaces. Both hosts share it, so every change reads the file anew and replaces it whole.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..protocol.atomic_file import write_whole
from ..protocol.errors import BackendError, UsageError
from ..protocol.process.plain_files import read_json
from ..protocol.process.user_folders import config_folder
from .recipe import Recipe, dials_of, is_plain, recipe_of

FILE_NAME = "panel.json"
SETTINGS_VERSION = 1
MAX_BYTES = 1 << 20
MOST_RECENT = 8
MOST_PACKS = 200  # whose dials are remembered

Dials = Mapping[str, tuple[float, ...]]

_changing = threading.Lock()  # a panel writes in threads, so that a slow disk is not felt


@dataclass(frozen=True)
class Settings:
    """last_recipe: what "Repeat Last" repeats. dials: how a pack's dials were left, by pack id, the
    latest last; those that were not turned are missing. recent_packs: ids, the latest first.
    choices: what else a host's panel remembers, such as whether a fold-out was open.
    """

    last_recipe: Recipe | None = None
    dials: Mapping[str, Dials] = field(default_factory=dict)
    recent_packs: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    def with_run(self, recipe: Recipe) -> Settings:
        """As they are after this recipe was run."""
        recent = (recipe.pack, *(pack for pack in self.recent_packs if pack != recipe.pack))
        return replace(self, last_recipe=recipe, recent_packs=recent[:MOST_RECENT])

    def with_dials(self, pack: str, turned: Dials) -> Settings:
        """turned: those that are not at the pack's default; none: nothing of it is remembered."""
        others = [(name, value) for name, value in self.dials.items() if name != pack]
        kept = dict(others[1 - MOST_PACKS :]) | ({pack: dict(turned)} if turned else {})
        return replace(self, dials=kept)

    def with_choice(self, name: str, value: str) -> Settings:
        return replace(self, choices={**self.choices, name: value})


def settings_path() -> Path:
    return config_folder() / FILE_NAME


def load_settings() -> Settings:
    """The settings; fresh ones where there are none, or none that can be read."""
    try:
        members = _read(settings_path())
    except BackendError:  # no folder for them is known
        members = None
    if members is None:
        return Settings()
    last = None
    with suppress(UsageError):
        last = recipe_of(members.get("last_recipe"))
    return Settings(
        last_recipe=last,
        dials=_dials(members.get("dials")),
        recent_packs=tuple(_texts(members.get("recent_packs")))[:MOST_RECENT],
        choices=_choices(members.get("choices")),
    )


def change_settings(change: Callable[[Settings], Settings]) -> Settings:
    """Apply a change to what the file says now, and write it; the new settings.

    A file that cannot be read, or of a newer program, is kept aside as panel.json.old. Settings
    are a convenience: where they cannot be written, nothing is raised and nothing is lost but them.
    """
    with _changing:
        changed = change(load_settings())
        with suppress(OSError, BackendError):
            path = settings_path()
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and _read(path) is None:
                path.replace(path.with_name(f"{FILE_NAME}.old"))
            with write_whole(path) as file:
                file.write(_text_of(changed).encode(errors="replace"))
    return changed


def _text_of(settings: Settings) -> str:
    recipe = settings.last_recipe
    members = {
        "version": SETTINGS_VERSION,
        "last_recipe": None if recipe is None else json.loads(recipe.to_json()),
        "dials": {pack: dict(dials) for pack, dials in settings.dials.items()},
        "recent_packs": list(settings.recent_packs),
        "choices": dict(settings.choices),
    }
    return json.dumps(members, ensure_ascii=False, indent=1)


def _read(path: Path) -> dict[str, Any] | None:
    """The file's members; None without a file of a version that this program reads."""
    try:
        members = read_json(path, most_bytes=MAX_BYTES)
    except (OSError, ValueError):
        return None
    if not isinstance(members, dict) or members.get("version") != SETTINGS_VERSION:
        return None
    return members


def _dials(members: Any) -> dict[str, Dials]:
    if not isinstance(members, dict):
        return {}
    packs: dict[str, Dials] = {}
    for pack, dials in members.items():
        with suppress(ValueError):
            packs[pack] = dials_of(dials)
    return {pack: dials for pack, dials in packs.items() if is_plain(pack)}


def _texts(members: Any) -> list[str]:
    return [text for text in members if _is_text(text)] if isinstance(members, list) else []


def _choices(members: Any) -> dict[str, str]:
    if not isinstance(members, dict):
        return {}
    return {name: value for name, value in members.items() if is_plain(name) and _is_text(value)}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and is_plain(value)
