"""The arguments of Stylize…, Inpaint Selection… and Generate Picture…: their names, and what they
ask for.

GIMP replaces a value outside an argument's range, or a choice it does not know, by the default and
says so only as a warning. Therefore no default is a pack, words are texts, and the ranges of
numbers are wide enough for any slip to arrive here and be refused.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from ..layers.run_settings import MOST_SEED, SelectionMode, Settings, read_scale
from ..plugin.dial_text import asked_dials, read_dials, write_dials
from ..plugin.recipe import Recipe, Target
from ..plugin.tasks.task import Options, Task
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from ..protocol.messages import PackEntry

AlphaSource = Literal["none", "selection"]

NO_PACK = "none"  # what the choice of packs stands at before anything is chosen
TARGETS: dict[str, Target] = {
    "new-layer": "new_layer",
    "in-place": "in_place",
    "replace": "replace",
}
ALPHA_SLIP = 10_000.0  # far beyond what is accepted
INT_SLIP = 2**31 - 1  # all that the argument can hold


@dataclass(frozen=True)
class Arguments:
    """As GIMP hands them over, or as scripts do; registration.py has their meaning. options: all
    but the working size, which scale says and which depends on the layer's.
    """

    pack: str
    alpha: float
    dials: str
    scale: str
    selection: SelectionMode
    options: Options


def read_arguments(config: Any, task: Task) -> Arguments:
    """config: a Gimp.ProcedureConfig. Raises UsageError."""
    has = task.options
    # an earlier result can be made anew, whatever the task
    own = (*task.targets, "replace")
    targets = tuple(word for word, target in TARGETS.items() if target in own)
    options = Options(
        follows_selection="follows_selection" in has
        and one_of(get_args(AlphaSource), config, "alpha-source") == "selection",
        preserve_color="preserve_color" in has and config.get_property("preserve-color"),
        target=TARGETS[one_of(targets, config, "target")],
        grow_px=_number(config, "grow", MAX_GROW_PX) if "grow_px" in has else 0,
        feather_px=_number(config, "feather", MAX_FEATHER_PX) if "feather_px" in has else 0,
        seed=_number(config, "seed", MOST_SEED) if "seed" in has else 0,
    )
    pack = text_of(config, "pack-id") or config.get_property("pack")
    is_whole = not task.fills_selection  # else the selection is the hole, and limits nothing
    return Arguments(
        pack="" if pack == NO_PACK else str(pack),
        alpha=config.get_property("alpha"),
        dials=text_of(config, "dials"),
        scale=text_of(config, "scale") if "working_size_px" in has else "",
        selection=one_of(get_args(SelectionMode), config, "selection") if is_whole else "soft",
        options=options,
    )


def settings_of(
    arguments: Arguments, task: Task, pack: PackEntry, size: tuple[int, int]
) -> Settings:
    """What they ask of a layer of that size (width, height). Raises UsageError or AlphaError."""
    dials = asked_dials(pack, arguments.dials, arguments.alpha)
    working_px = read_scale(arguments.scale, size)
    options = replace(arguments.options, working_size_px=working_px)
    return Settings(task.recipe(pack, dials, options), arguments.selection)


def last_settings(arguments: Arguments, task: Task) -> Settings | None:
    """What a dialog may start from: these arguments as far as they are known without asking the
    backend for the pack; None if they name no pack.
    """
    if not arguments.pack:
        return None
    try:
        dials, working_px = read_dials(arguments.dials), read_scale(arguments.scale, (1, 1))
    except UsageError:
        return None
    options = replace(arguments.options, working_size_px=working_px)
    recipe = Recipe(task.id, arguments.pack, None, arguments.pack, dials, **asdict(options))
    return Settings(recipe, arguments.selection)


def remember(settings: Settings, config: Any, task: Task) -> None:
    """Write what a dialog was told into the config, which GIMP keeps for Filters ▸ Repeat."""
    recipe = settings.recipe
    size = recipe.working_size_px
    # "replace" is about one layer; repeated on another, the same wish is a layer of its own
    target = "new_layer" if recipe.target == "replace" else recipe.target
    words = {
        "follows_selection": ("alpha-source", "selection" if recipe.follows_selection else "none"),
        "working_size_px": ("scale", "" if size is None else str(size)),
        "preserve_color": ("preserve-color", recipe.preserve_color),
        "target": ("target", next(w for w, meaning in TARGETS.items() if meaning == target)),
        "grow_px": ("grow", recipe.grow_px),
        "feather_px": ("feather", recipe.feather_px),
        "seed": ("seed", recipe.seed),
    }
    config.set_property("pack-id", recipe.pack)
    config.set_property("dials", write_dials(recipe.dials))
    if not task.fills_selection:
        config.set_property("selection", settings.selection)
    for option in task.options:
        config.set_property(*words[option])


def text_of(config: Any, name: str) -> str:
    """Script-Fu hands over None for a text that is not given, whatever its default."""
    return (config.get_property(name) or "").strip()


def one_of(words: tuple[str, ...], config: Any, name: str) -> Any:
    """One of these words, the first where none is given. Raises UsageError."""
    word = text_of(config, name) or words[0]
    if word not in words:
        raise UsageError(
            tr("{name}: '{word}' is not one of {words}").format(
                name=name, word=word, words=", ".join(words)
            )
        )
    return word


def _number(config: Any, name: str, most: int) -> int:
    number = int(config.get_property(name))
    if not 0 <= number <= most:
        raise UsageError(
            tr("{name}: {number} is out of range; give a whole number from 0 to {most}").format(
                name=name, number=number, most=most
            )
        )
    return number
