"""What made a result: the pack, how its dials stood, what it was applied to.

Stored with the result as JSON, so that "Edit again" can restore the panel and render anew, and in
the settings, for "Repeat Last". The text carries the version of its form. Who opens a picture that
somebody else has made reads that person's text: nothing in it may cost time, or raise anything but
UsageError.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from ..protocol.animation.alpha_keys import EASES, LAST_FRAME
from ..protocol.errors import UsageError
from ..protocol.limits import DEFAULT_LIMITS, MAX_NAME
from .texts.number_texts import decimal_text

Target = Literal["new_layer", "replace", "in_place"]

RECIPE_VERSION = 1
MAX_TEXT = 65_536  # characters; a recipe has a few hundred
MAX_TITLE = 1000  # characters
MAX_MEMBERS = 64  # dials, a dial's numbers, words about the source
MAX_ALPHA = 1e6  # either side of 0
MAX_KEYS_TEXT = 32_768  # characters, of dials over frames; with the rest it stays below MAX_TEXT
_MAX_INT = 2**63 - 1
_LAST_VERSION = 9999  # that will ever be; a longer number would make a long message
_NOT_PLAIN = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class FrameKeys:
    """How the dials of a result of many frames moved. alpha: as one text, which alpha_text.py in
    backend/protocol/animation describes. ease: between keys. span: the first and the last frame;
    None: all that there were.
    """

    alpha: str
    ease: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Recipe:
    """dials: one number, or one for each tap, by dial id. pack_sha256: None: whatever is installed
    under that id. follows_selection: the selection's softness multiplies the dials; else it only
    masks the result. working_size_px: None: the pack's own. grow_px and feather_px: of a
    completion's selection; seed: which of its fills. source: how the host finds the layer that was
    read, in its own words. frames: of a result of many frames; None: of one picture.
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
    frames: FrameKeys | None = None

    def to_json(self) -> str:
        members = {"version": RECIPE_VERSION, **asdict(self)}
        if self.frames is None:
            del members["frames"]  # as programs wrote it that made no frames
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
    if type(version) is not int or not 1 <= version <= _LAST_VERSION:
        raise _unreadable("it has no version")
    if version > RECIPE_VERSION:
        raise UsageError(
            f"this result was made by a newer Dynamic Style (recipe version {version}, not "
            f"{RECIPE_VERSION}); update the plugin to edit it again"
        )
    try:
        return Recipe(
            task=_text(members, "task", MAX_NAME),
            pack=_text(members, "pack", MAX_NAME),
            pack_sha256=_pack_sha256(members),
            pack_title=_text(members, "pack_title", MAX_TITLE),
            dials=dials_of(members["dials"]),
            follows_selection=bool(members.get("follows_selection", False)),
            working_size_px=_working_size_px(members),
            preserve_color=bool(members.get("preserve_color", False)),
            target=_target(members.get("target", "new_layer")),
            grow_px=_count(members, "grow_px"),
            feather_px=_count(members, "feather_px"),
            seed=_count(members, "seed"),
            source=_source(members.get("source", {})),
            frames=_frames(members.get("frames")),
        )
    except KeyError as error:
        raise _unreadable(f"{error} is missing") from error
    except ValueError as error:
        raise _unreadable(str(error)) from error


def dials_of(members: Any) -> dict[str, tuple[float, ...]]:
    """How dials stand, in parsed JSON. Raises ValueError."""
    dials = _map(members, "dials")
    return {_checked(dial, "a dial", MAX_NAME): _numbers(dials[dial], dial) for dial in dials}


def is_plain(text: str) -> bool:
    """Whether it is one line and can be shown: no controls, and no half of a character, which JSON
    can spell but UTF-8 cannot.
    """
    return not any(unicodedata.category(character) in _NOT_PLAIN for character in text)


def layer_name(recipe: Recipe) -> str:
    """What a result is called: "Starry Night α 0.60", with the pack's first dial, and then every
    other one that is not at 0: "Starry Night α 0.60, wave 0.30".
    """
    parts = []
    for index, (dial, numbers) in enumerate(recipe.dials.items()):
        figures = "/".join(decimal_text(number, 2) for number in numbers)
        if index == 0:
            parts.append(f"α {figures}")
        elif any(numbers):
            parts.append(f"{dial} {figures}")
    return f"{recipe.pack_title} {', '.join(parts)}".strip()


def _checked(value: Any, name: str, most: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= most or not is_plain(value):
        raise ValueError(f"{name} is no line of 1 to {most} characters")
    return value


def _text(members: dict[str, Any], name: str, most: int) -> str:
    return _checked(members[name], f"'{name}'", most)


def _map(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MAX_MEMBERS:
        raise ValueError(f"'{name}' is no object of up to {MAX_MEMBERS} members")
    return value


def _numbers(values: Any, dial: str) -> tuple[float, ...]:
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_MEMBERS:
        raise ValueError(f"dial '{dial}' has no 1 to {MAX_MEMBERS} numbers")
    for value in values:
        # asked before it is turned into a float: an integer may have any number of digits
        if type(value) not in (int, float) or not -MAX_ALPHA <= value <= MAX_ALPHA:
            raise ValueError(f"dial '{dial}' stands at no number up to {MAX_ALPHA:g}")
    return tuple(float(value) for value in values)


def _pack_sha256(members: dict[str, Any]) -> str | None:
    name = "pack_sha256"
    return None if members.get(name) is None else _text(members, name, MAX_NAME)


def _working_size_px(members: dict[str, Any]) -> int | None:
    size = members.get("working_size_px")
    if size is None:
        return None
    if type(size) is not int or not 1 <= size <= DEFAULT_LIMITS.side_px:
        raise ValueError(f"'working_size_px' is no number from 1 to {DEFAULT_LIMITS.side_px}")
    return size


def _count(members: dict[str, Any], name: str) -> int:
    value = members.get(name, 0)
    if type(value) is not int or not 0 <= value <= _MAX_INT:
        raise ValueError(f"'{name}' is no whole number from 0 up")
    return value


def _target(value: Any) -> Target:
    for target in get_args(Target):
        if value == target:
            return target  # type: ignore[no-any-return]
    raise ValueError("'target' is none that this program knows")


def _source(value: Any) -> dict[str, str]:
    source = _map(value, "source")
    for name, words in source.items():
        if not isinstance(words, str) or len(words) > MAX_TEXT or not is_plain(name + words):
            raise ValueError("'source' holds what is no line of text")
    return dict(source)


def _frames(value: Any) -> FrameKeys | None:
    if value is None:
        return None
    members = _map(value, "frames")
    alpha, ease, span = members["alpha"], members["ease"], members.get("span")
    if not isinstance(alpha, str) or len(alpha) > MAX_KEYS_TEXT or not is_plain(alpha):
        raise ValueError(f"'alpha' is no line of up to {MAX_KEYS_TEXT} characters")
    if ease not in EASES:
        raise ValueError("'ease' is none that this program knows")
    if span is None:
        return FrameKeys(alpha, ease)
    if not isinstance(span, list) or len(span) != 2:
        raise ValueError("'span' is no two frames")
    first, last = span
    if type(first) is not int or type(last) is not int or not 0 <= first <= last <= LAST_FRAME:
        raise ValueError(f"'span' has no frames from 0 to {LAST_FRAME}")
    return FrameKeys(alpha, ease, (first, last))


def _unreadable(why: str) -> UsageError:
    return UsageError(f"the recipe of this result cannot be read ({why}); stylize it anew")
