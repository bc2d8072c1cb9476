"""The arguments of plug-in-dynamic-style-inpaint: their names, and what they ask for; see
arguments.py for why their ranges are wider than what is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..layers.run_settings import Settings
from ..plugin.pack_list import COMPLETION
from ..plugin.recipe import Recipe, Target
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from ..protocol.messages import PackEntry
from ..protocol.runs import MAX_FEATHER_PX, MAX_GROW_PX
from .dial_text import asked_dials, read_dials, write_dials
from .stylize_arguments import read_pack, read_target, read_text, repeated_target

INT_SLIP = 2**31 - 1  # all that the argument can hold
MOST_SEED = INT_SLIP


@dataclass(frozen=True)
class InpaintArguments:
    """As GIMP hands them over, or as scripts do. See procedures.py for their meaning."""

    pack: str
    alpha: float
    dials: str
    grow_px: int
    feather_px: int
    seed: int
    target: Target


def read_inpaint_arguments(config: Any) -> InpaintArguments:
    """config: a Gimp.ProcedureConfig. Raises UsageError."""
    return InpaintArguments(
        pack=read_pack(config),
        alpha=config.get_property("alpha"),
        dials=read_text(config, "dials"),
        grow_px=_number(config, "grow", MAX_GROW_PX),
        feather_px=_number(config, "feather", MAX_FEATHER_PX),
        seed=_number(config, "seed", MOST_SEED),
        target=read_target(config),
    )


def inpaint_settings(arguments: InpaintArguments, pack: PackEntry) -> Settings:
    """Raises AlphaError."""
    dials = asked_dials(pack, arguments.dials, arguments.alpha)
    return _settings(arguments, dials, sha256=pack.sha256, title=pack.title)


def last_inpaint_settings(arguments: InpaintArguments) -> Settings | None:
    """What a dialog may start from, without asking the backend for the pack; None if the arguments
    name no pack.
    """
    if not arguments.pack:
        return None
    try:
        dials = read_dials(arguments.dials)
    except UsageError:
        return None
    return _settings(arguments, dials, sha256=None, title=arguments.pack)


def remember_inpaint(settings: Settings, config: Any) -> None:
    """Write what a dialog was told into the config, which GIMP keeps for Filters ▸ Repeat."""
    recipe = settings.recipe
    config.set_property("pack-id", recipe.pack)
    config.set_property("dials", write_dials(recipe.dials))
    config.set_property("grow", recipe.grow_px)
    config.set_property("feather", recipe.feather_px)
    config.set_property("seed", recipe.seed)
    config.set_property("target", repeated_target(recipe.target))


def _settings(
    arguments: InpaintArguments,
    dials: dict[str, tuple[float, ...]],
    *,
    sha256: str | None,
    title: str,
) -> Settings:
    return Settings(
        Recipe(
            task=COMPLETION,
            pack=arguments.pack,
            pack_sha256=sha256,
            pack_title=title,
            dials=dials,
            target=arguments.target,
            grow_px=arguments.grow_px,
            feather_px=arguments.feather_px,
            seed=arguments.seed,
        )
    )


def _number(config: Any, name: str, most: int) -> int:
    number = int(config.get_property(name))
    if not 0 <= number <= most:
        raise UsageError(
            tr("{name}: {number} is out of range; give a whole number from 0 to {most}").format(
                name=name, number=number, most=most
            )
        )
    return number
