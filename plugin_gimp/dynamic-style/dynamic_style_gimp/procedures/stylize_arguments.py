"""The arguments of plug-in-dynamic-style-stylize: their names, and what they ask for.

GIMP replaces a value outside an argument's range, or a choice it does not know, by the default and
says so only as a warning. Therefore no default is a pack, words are texts, and the ranges of
numbers are wide enough for any slip to arrive here and be refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..layers.run_settings import SelectionMode, Settings
from ..plugin.recipe import Recipe, Target
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.messages import PackEntry
from .dial_text import asked_dials, read_dials, write_dials

AlphaSource = Literal["none", "selection"]

NO_PACK = "none"  # what the choice of packs stands at before anything is chosen
TARGETS: dict[str, Target] = {
    "new-layer": "new_layer",
    "in-place": "in_place",
    "replace": "replace",
}
ALPHA_SLIP = 10_000.0  # far beyond what is accepted
MAX_SCALE_PX = 65_536  # as on the command line


@dataclass(frozen=True)
class Arguments:
    """As GIMP hands them over, or as scripts do. See procedures.py for their meaning."""

    pack: str
    alpha: float
    dials: str
    alpha_source: AlphaSource
    selection: SelectionMode
    scale: str
    target: Target
    preserve_color: bool


def read_arguments(config: Any) -> Arguments:
    """config: a Gimp.ProcedureConfig. Raises UsageError."""
    return Arguments(
        pack=read_pack(config),
        alpha=config.get_property("alpha"),
        dials=read_text(config, "dials"),
        alpha_source=_one_of(get_args(AlphaSource), config, "alpha-source"),
        selection=_one_of(get_args(SelectionMode), config, "selection"),
        scale=read_text(config, "scale"),
        target=read_target(config),
        preserve_color=config.get_property("preserve-color"),
    )


def settings_of(arguments: Arguments, pack: PackEntry, size: tuple[int, int]) -> Settings:
    """What they ask of a layer of that size (width, height). Raises UsageError or AlphaError."""
    recipe = Recipe(
        task=pack.task,
        pack=pack.id,
        pack_sha256=pack.sha256,
        pack_title=pack.title,
        dials=asked_dials(pack, arguments.dials, arguments.alpha),
        follows_selection=arguments.alpha_source == "selection",
        working_size_px=read_scale(arguments.scale, size),
        preserve_color=arguments.preserve_color,
        target=arguments.target,
    )
    return Settings(recipe, arguments.selection)


def last_settings(arguments: Arguments, *, task: str) -> Settings | None:
    """What a dialog may start from: these arguments as far as they are known without asking the
    backend for the pack; None if they name no pack.
    """
    if not arguments.pack:
        return None
    try:
        dials, scale = read_dials(arguments.dials), read_scale(arguments.scale, (1, 1))
    except UsageError:
        return None
    recipe = Recipe(
        task=task,
        pack=arguments.pack,
        pack_sha256=None,
        pack_title=arguments.pack,
        dials=dials,
        follows_selection=arguments.alpha_source == "selection",
        working_size_px=scale,
        preserve_color=arguments.preserve_color,
        target=arguments.target,
    )
    return Settings(recipe, arguments.selection)


def remember(settings: Settings, config: Any) -> None:
    """Write what a dialog was told into the config, which GIMP keeps for Filters ▸ Repeat."""
    recipe = settings.recipe
    size = recipe.working_size_px
    config.set_property("pack-id", recipe.pack)
    config.set_property("dials", write_dials(recipe.dials))
    config.set_property("alpha-source", "selection" if recipe.follows_selection else "none")
    config.set_property("selection", settings.selection)
    config.set_property("scale", "" if size is None else str(size))
    config.set_property("target", repeated_target(recipe.target))
    config.set_property("preserve-color", recipe.preserve_color)


def read_scale(text: str, size: tuple[int, int]) -> int | None:
    """'1024', '50%' or 'full' as the longer side in pixels; '' as None. Raises UsageError."""
    wish = text.strip().lower()
    if not wish:
        return None
    if wish == "full":
        return max(size)
    percent = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)\s*%", wish)
    if percent and float(percent[1]) > 0:
        return min(MAX_SCALE_PX, max(1, round(max(size) * float(percent[1]) / 100)))
    if re.fullmatch(r"\d{1,6}", wish) and 0 < int(wish) <= MAX_SCALE_PX:
        return int(wish)
    raise UsageError(
        tr(
            "scale: '{text}' is no size; give a number of pixels up to {largest} for the longer "
            "side, such as 1024, or a percentage, such as 50%, or 'full'"
        ).format(text=text, largest=MAX_SCALE_PX)
    )


def read_pack(config: Any) -> str:
    """The id of the pack that is named; empty if none is."""
    pack = read_text(config, "pack-id") or config.get_property("pack")
    return "" if pack == NO_PACK else str(pack)


def read_target(config: Any) -> Target:
    return TARGETS[_one_of(tuple(TARGETS), config, "target")]


def repeated_target(target: Target) -> str:
    """The word for where a repeated use puts its result. "replace" is about one layer; repeated on
    another, the same wish is a layer of its own.
    """
    kept = "new_layer" if target == "replace" else target
    return next(word for word, meaning in TARGETS.items() if meaning == kept)


def read_text(config: Any, name: str) -> str:
    """Script-Fu hands over None for a text that is not given, whatever its default."""
    return (config.get_property(name) or "").strip()


def _one_of(words: tuple[str, ...], config: Any, name: str) -> Any:
    word = read_text(config, name) or words[0]
    if word not in words:
        raise UsageError(
            tr("{name}: '{word}' is not one of {words}").format(
                name=name, word=word, words=", ".join(words)
            )
        )
    return word
