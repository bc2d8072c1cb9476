"""What made a result: the pack, how its dials stood, what it was applied to.

Stored with the result as JSON, so that "Edit again" can restore the panel and render anew, and in
the settings, for "Repeat Last". The text carries the version of its form.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from ..protocol.errors import UsageError

Target = Literal["new_layer", "replace", "in_place"]

RECIPE_VERSION = 1
MAX_TEXT = 65_536  # characters; a recipe has a few hundred


@dataclass(frozen=True)
class Recipe:
    """dials: one number, or one for each tap, by dial id. pack_sha256: None: whatever is installed
    under that id. follows_selection: the selection's softness multiplies the dials; else it only
    masks the result. working_size_px: None: the pack's own. grow_px and feather_px: of a
    completion's selection; seed: which of its fills. source: how the host finds the layer that was
    read, in its own words.
    """

    task: str
    pack: str
    pack_sha256: str | None
    pack_title: str
    dials: Mapping[str, tuple[float, ...]]
    follows_selection: bool = False
    working_size_px: int | None = None
    preserve_color: bool = False
    target: Target = "new_layer"
    grow_px: int = 0
    feather_px: int = 0
    seed: int = 0
    source: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        members = {"version": RECIPE_VERSION, **asdict(self)}
        return json.dumps(members, ensure_ascii=False)  # dials in the pack's order, the main first

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Raises UsageError for text that is no recipe, or one of a newer form."""
        if len(text) > MAX_TEXT:
            raise _unreadable("it is too long")
        try:
            members = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _unreadable("it is no JSON") from error
        return recipe_of(members)


def recipe_of(members: Any) -> Recipe:
    """The recipe in parsed JSON. Raises UsageError. Members of a later program with the same
    version are left aside.
    """
    if not isinstance(members, dict):
        raise _unreadable("it is no JSON object")
    version = members.get("version")
    if type(version) is not int or version < 1:
        raise _unreadable("it has no version")
    if version > RECIPE_VERSION:
        raise UsageError(
            f"this result was made by a newer Dynamic Style (recipe version {version}, not "
            f"{RECIPE_VERSION}); update the plugin to edit it again"
        )
    try:
        return Recipe(
            task=_text(members, "task"),
            pack=_text(members, "pack"),
            pack_sha256=_optional(members, "pack_sha256", str),
            pack_title=_text(members, "pack_title"),
            dials=_dials(members["dials"]),
            follows_selection=bool(members.get("follows_selection", False)),
            working_size_px=_optional(members, "working_size_px", int),
            preserve_color=bool(members.get("preserve_color", False)),
            target=_target(members.get("target", "new_layer")),
            grow_px=_count(members, "grow_px"),
            feather_px=_count(members, "feather_px"),
            seed=_count(members, "seed"),
            source={str(key): str(value) for key, value in members.get("source", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(f"{error!r}") from error


def layer_name(recipe: Recipe) -> str:
    """What a result is called: "Starry Night α 0.60", with the pack's first dial, and then every
    other one that is not at 0: "Starry Night α 0.60, wave 0.30".
    """
    parts = []
    for index, (dial, numbers) in enumerate(recipe.dials.items()):
        figures = "/".join(f"{number + 0.0:.2f}" for number in numbers)
        if index == 0:
            parts.append(f"α {figures}")
        elif any(numbers):
            parts.append(f"{dial} {figures}")
    return f"{recipe.pack_title} {', '.join(parts)}".strip()


def _text(members: dict[str, Any], name: str) -> str:
    value = members[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"'{name}' is no text")
    return value


def _optional(members: dict[str, Any], name: str, kind: type) -> Any:
    value = members.get(name)
    if value is not None and type(value) is not kind:
        raise ValueError(f"'{name}' is no {kind.__name__}")
    return value


def _count(members: dict[str, Any], name: str) -> int:
    value = members.get(name, 0)
    if type(value) is not int or value < 0:
        raise ValueError(f"'{name}' is no whole number from 0 up")
    return value


def _target(value: Any) -> Target:
    for target in get_args(Target):
        if value == target:
            return target  # type: ignore[no-any-return]
    raise ValueError(f"target is {value!r}")


def _dials(members: Any) -> dict[str, tuple[float, ...]]:
    dials = {str(dial): tuple(float(n) for n in numbers) for dial, numbers in members.items()}
    for dial, numbers in dials.items():
        if not numbers or not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"dial '{dial}' has no numbers")
    return dials


def _unreadable(why: str) -> UsageError:
    return UsageError(f"the recipe of this result cannot be read ({why}); stylize it anew")
