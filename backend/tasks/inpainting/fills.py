"""Three fills of a hole from the known part of its picture, each good at something else.

smooth: the surface that the hole's edge spans, nearest to the colours but without any structure.
mean: overlapping patches, each the nearest of the known ones, mixed; structure, but soft
(patch_search.py). detailed: whole regions copied, as sharp as the picture itself (shift_map.py,
seam_blend.py). At their outermost pixels the latter two come out of the smooth one: how a photo
goes on from one pixel to the next is foretold better by its slope than by any copy. Equal inputs
and seeds give equal fills.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...images.color.icc_profile import Floats
from .boundary_blend import ease
from .diffusion_fill import SmoothFills
from .patch_search import PatchSearch
from .pyramid import Canvas, Flags, box_around, guess_hidden, pyramid
from .random_numbers import RandomNumbers
from .seam_blend import measure_misses, paste, poisson_blend, refine
from .shift_map import find_shift_map

SEARCHED_PATCHES = 20_000  # patches over the hole up to which a level is searched at all
LABELLED_PX = 1500  # pixels of the hole up to which a level's shift-map is found anew
Progress = Callable[[float], None]  # the share that is done, 0 to 1; may raise to stop
FILL_VERSION = 7  # rises when fills change, so that kept ones are made anew


@dataclass(frozen=True)
class Fills:
    """Each (H, W, 3) in [0, 1], outside the hole the picture itself. smooth and mean may be
    smaller than detailed, which has the picture's size.
    """

    smooth: Floats
    mean: Floats
    detailed: Floats

    @property
    def soft(self) -> tuple[Floats, Floats]:
        """Mean and smooth: the net's order."""
        return self.mean, self.smooth


def fill_with_patches(
    image: Floats,
    hole: Flags,
    *,
    usable: Flags | None = None,
    seed: int = 0,
    working_px: int | None = None,
    on_progress: Progress | None = None,
) -> Fills:
    """Fill the hole (H, W) of an image (H, W, 3); what is known stays as it is.

    usable: (H, W), where colours may be taken from; None: wherever there is no hole.
    Where no whole patch is usable, or so few and small places are that even at the smallest size
    that shows one the hole has too many pixels to search for, the fills are the smooth one.
    working_px: a long side that is enough for smooth and mean.
    """
    usable = ~hole if usable is None else usable & ~hole
    levels = pyramid(Canvas(guess_hidden(image, hole), hole, usable))
    needed = [c for c in levels if working_px is None or max(c.size) < 2 * working_px]
    needed = needed or levels[:1]
    surfaces = SmoothFills(levels)
    smooth = surfaces.at(len(needed) - 1)
    if not levels[0].whole_patches.any():
        return Fills(smooth, smooth, surfaces.at(len(levels) - 1))
    random = RandomNumbers(seed)
    step = _count_steps(len(needed) + len(levels), on_progress)
    searches = _search(needed, random, step)
    if not searches:
        return Fills(smooth, smooth, surfaces.at(len(levels) - 1))
    detailed, missed = _detailed(levels, searches, random, step)
    ease(levels[-1], detailed, surfaces.at(len(levels) - 1), missed)
    last = searches[-1]
    mean = last.filled()
    ease(last.canvas, mean, surfaces.at(len(searches) - 1), last.missed())
    return Fills(smooth, mean, detailed)


def _count_steps(steps: int, on_progress: Progress | None) -> Callable[[], None]:
    """To be called after each of at most so many steps."""
    done = itertools.count(1)
    return lambda: None if on_progress is None else on_progress(min(1.0, next(done) / steps))


def _search(
    levels: list[Canvas], random: RandomNumbers, step: Callable[[], None]
) -> list[PatchSearch]:
    """One search for each level up to the first that is too large."""
    searches: list[PatchSearch] = []
    for canvas in levels:
        search = PatchSearch(canvas, random)
        if len(search.targets) > SEARCHED_PATCHES:
            break
        search.run(searches[-1] if searches else None)
        searches.append(search)
        step()
    return searches


def _detailed(
    levels: list[Canvas],
    searches: list[PatchSearch],
    random: RandomNumbers,
    step: Callable[[], None],
) -> tuple[Floats, Floats]:
    """The picture with regions copied into its hole, and by how much they miss the known pixels
    beside it.
    """
    first = max(
        [i for i, s in enumerate(searches) if int(s.canvas.hole.sum()) <= LABELLED_PX], default=0
    )
    guide = searches[first]
    map_ = find_shift_map(guide.canvas, guide.filled(), guide.matched_shifts(), random)
    added: Floats | None = None
    for canvas in levels[first:]:
        if canvas is not guide.canvas:
            map_ = refine(canvas, map_)
        filled = paste(canvas, map_)
        added = poisson_blend(canvas, map_, filled, added)
        step()
    assert added is not None
    missed = measure_misses(canvas, map_, added)
    box = box_around(canvas.hole, margin=0)
    levelled = np.clip(filled[box] + added[box], 0, 1)
    np.copyto(filled[box], levelled, where=canvas.hole[box][..., None])
    return filled, missed
