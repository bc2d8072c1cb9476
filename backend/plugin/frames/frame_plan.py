"""Which frames of a layer are made, and how the dials stand in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...protocol.animation.alpha_keys import AlphaKeys
from ..recipe import Recipe
from ..texts.number_texts import decimal_text
from ..translations import tr

Dials = Mapping[str, tuple[float, ...]]  # as in a Recipe
Curves = Mapping[str, AlphaKeys]  # of the dials that move, by dial id


@dataclass(frozen=True)
class PlannedFrame:
    """time: where it begins. source: the keyframe that it is made from, by its time."""

    time: int
    source: int
    dials: Dials


def dials_at(dials: Dials, curves: Curves, time: int) -> dict[str, tuple[float, ...]]:
    """How dials stand at a time: those that move by their curves, in the order of all dials."""
    return {
        dial: (curves[dial].at(time),) if dial in curves else tuple(numbers)
        for dial, numbers in dials.items()
    }


def plan_frames(
    sources: Sequence[int], span: tuple[int, int], dials: Dials, curves: Curves
) -> tuple[PlannedFrame, ...]:
    """A frame for each keyframe, and one wherever a dial stands otherwise than the frame before.

    sources: the times of a layer's keyframes, rising; before the first there is nothing to make.
    span: the first and the last time.
    """
    planned: list[PlannedFrame] = []
    for time in range(span[0], span[1] + 1):
        before = bisect_right(sources, time)
        if not before:
            continue
        frame = PlannedFrame(time, sources[before - 1], dials_at(dials, curves, time))
        last = planned[-1] if planned else None
        if last is None or (last.source, last.dials) != (frame.source, frame.dials):
            planned.append(frame)
    return tuple(planned)


def frame_recipe(recipe: Recipe, frame: PlannedFrame) -> Recipe:
    return replace(recipe, dials=frame.dials)


def frames_name(recipe: Recipe, frames: Sequence[PlannedFrame], *, planned: int) -> str:
    """What the result is called: "Starry Night α 0.10–0.90", and with fewer frames than were
    planned "Starry Night α 0.10–0.45 (12 of 48)".
    """
    parts = []
    for index, dial in enumerate(recipe.dials):
        taken = [frame.dials[dial] for frame in frames]
        if index == 0:
            parts.append(f"α {_figures(taken)}")
        elif any(any(numbers) for numbers in taken):
            parts.append(f"{dial} {_figures(taken)}")
    name = f"{recipe.pack_title} {', '.join(parts)}".strip()
    if len(frames) == planned:
        return name
    return tr("{name} ({made} of {planned})").format(name=name, made=len(frames), planned=planned)


def _figures(taken: Sequence[tuple[float, ...]]) -> str:
    """The numbers where they stay, the lowest and the highest where they move."""
    if len(set(taken)) == 1:
        return "/".join(decimal_text(number, 2) for number in taken[0])
    numbers = [number for one in taken for number in one]
    low, high = decimal_text(min(numbers), 2), decimal_text(max(numbers), 2)
    return low if low == high else f"{low}–{high}"
