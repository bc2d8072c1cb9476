"""Dials as one line of text, for scripts and for what GIMP remembers of the last use.

"strength=0.6,wave=0.4" turns two dials, "strength=0.2/0.6/1" one dial's taps each by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from ..protocol.errors import AlphaError
from ..protocol.limits import LARGEST_ALPHA
from ..protocol.messages import DialSpec, PackEntry
from .translations import tr

Numbers = tuple[float, ...]  # one for all taps of a dial, or one for each


def read_dials(text: str) -> dict[str, Numbers]:
    """The dials that are named, by lower-case name. Raises AlphaError."""
    dials: dict[str, Numbers] = {}
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        name, equals, values = part.partition("=")
        name = name.strip().casefold()
        if not equals or not name:
            raise AlphaError(
                tr(
                    "dials: '{part}' names no dial; write NAME=NUMBER, with a comma between dials "
                    "and a point in numbers: strength=0.6,wave=0.4"
                ).format(part=part)
            )
        if name in dials:
            raise AlphaError(tr("dials: '{name}' is set twice; give it once").format(name=name))
        dials[name] = tuple(_number(value, part) for value in values.split("/"))
    return dials


def write_dials(dials: Mapping[str, Sequence[float]]) -> str:
    """The text that read_dials() takes back to the same numbers."""
    return ",".join(
        f"{name}=" + "/".join(repr(float(number)) for number in numbers)
        for name, numbers in dials.items()
    )


def dials_of(pack: PackEntry, named: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Every dial of the pack, in its order: as named, else at its default. Raises AlphaError for a
    dial that the pack does not have, and for numbers that do not fit it.
    """
    by_name = {dial.id.casefold(): dial for dial in pack.dials}
    for name, numbers in named.items():
        if name.casefold() not in by_name:
            raise _unknown_dial(name, pack)
        _check(by_name[name.casefold()], numbers)
    asked = {name.casefold(): numbers for name, numbers in named.items()}
    return {d.id: asked.get(d.id.casefold(), (d.default,)) for d in pack.dials}


def first_dial_at(pack: PackEntry, alpha: float) -> dict[str, Numbers]:
    """All dials at their defaults, but the first, the pack's main one, at alpha."""
    if not pack.dials:
        return {}
    return dials_of(pack, {pack.dials[0].id: (alpha,)})


def asked_dials(pack: PackEntry, text: str, alpha: float) -> dict[str, Numbers]:
    """What a script asks for: the dials in the text, or without one alpha for the first. Raises
    AlphaError.
    """
    return dials_of(pack, read_dials(text)) if text.strip() else first_dial_at(pack, alpha)


def _number(text: str, part: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise AlphaError(
            tr("dials: '{part}': '{text}' is no number; write it with a point, such as 0.6").format(
                part=part, text=text.strip()
            )
        ) from error


def _check(dial: DialSpec, numbers: Numbers) -> None:
    if dial.kind == "weights" and len(numbers) != 1:
        raise AlphaError(
            tr("dial '{dial}': {count} numbers; it has no blocks of its own and takes 1").format(
                dial=dial.id, count=len(numbers)
            )
        )
    if len(numbers) not in (1, len(dial.taps)):
        raise AlphaError(
            tr("dial '{dial}': {count} numbers; it takes 1, or {taps} for its blocks").format(
                dial=dial.id, count=len(numbers), taps=len(dial.taps)
            )
        )
    for number in numbers:
        if not math.isfinite(number) or abs(number) > LARGEST_ALPHA:
            raise AlphaError(
                tr(
                    "dial '{dial}': alpha {number:g} is out of range; it is usually between "
                    "{low:g} and {high:g}, and never beyond {largest:g}"
                ).format(
                    dial=dial.id,
                    number=number,
                    low=dial.trained_range[0],
                    high=dial.trained_range[1],
                    largest=LARGEST_ALPHA,
                )
            )


def _unknown_dial(name: str, pack: PackEntry) -> AlphaError:
    ids = [dial.id for dial in pack.dials]
    near = get_close_matches(name.casefold(), ids, n=1, cutoff=0.5)
    hint = tr("did you mean '{near}'? ").format(near=near[0]) if near else ""
    return AlphaError(
        tr("pack '{pack}' has no dial '{name}'; {hint}its dials are: {ids}").format(
            pack=pack.id, name=name, hint=hint, ids=", ".join(ids) or tr("none")
        )
    )
