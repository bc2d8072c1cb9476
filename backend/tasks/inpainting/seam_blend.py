"""Bring a shift-map to a finer size, and level the steps that are left where its copies meet.

At each size the shifts move by up to a pixel and the seams by some, to where copies agree best.
Levelling: colours change across a seam as they do in the two copies, and what that takes is spread
over the hole (Perez, Gangnet and Blake 2003, https://doi.org/10.1145/882262.882269).
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from .diffusion_fill import relax
from .pyramid import Canvas, Flags, Numbers, box_around, enlarge_in_hole
from .shift_candidates import Shifts
from .shift_map import NO_COPY, ShiftMap, match_features

SWEEPS = 3
UNKNOWN_COST = 0.05  # of a pixel beside a seam that one of the labels brings nothing for
SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
MOVES = np.array([(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
Places = tuple[Numbers, Numbers]  # rows and columns


def refine(canvas: Canvas, coarser: ShiftMap) -> ShiftMap:
    """The map at the canvas's size, from one at half of it."""
    rows, columns = (
        np.minimum(np.arange(side) // 2, coarse - 1)
        for side, coarse in zip(canvas.size, coarser.labels.shape, strict=True)
    )
    labels = np.where(canvas.hole, coarser.labels[rows][:, columns], -1)
    return _with_moved_seams(
        canvas, _with_moved_shifts(canvas, ShiftMap(2 * coarser.shifts, labels))
    )


def paste(canvas: Canvas, map_: ShiftMap) -> Floats:
    """The canvas with every labelled pixel copied; (H, W, 3)."""
    y, x = np.nonzero(map_.labels >= 0)
    dy, dx = map_.shifts[map_.labels[y, x]].T
    filled: Floats = canvas.image.copy()
    filled[y, x] = canvas.image[y + dy, x + dx]
    return filled


def poisson_blend(canvas: Canvas, map_: ShiftMap, filled: Floats, start: Floats | None) -> Floats:
    """What is to be added to the pasted picture, (H, W, 3), zero outside the hole.

    start: what was to be added at half the size.
    """
    labels = map_.labels
    p, q = _seams(canvas, labels)
    wanted, known = np.zeros((len(p[0]), 3), np.float32), np.zeros((len(p[0]), 1), np.float32)
    for label in (labels[p], labels[q]):
        (y, x), may = _source(canvas, map_, label, p)
        (y2, x2), may2 = _source(canvas, map_, label, q)
        both = (may & may2).astype(np.float32)[:, None]
        pixels = canvas.pixels
        wanted += both * (pixels[canvas.index(y2, x2)] - pixels[canvas.index(y, x)])
        known += both
    missing = wanted / np.maximum(known, 1) - (filled[q] - filled[p])
    missing[known[:, 0] == 0] = 0
    ends = np.concatenate([canvas.index(*p), canvas.index(*q)])
    places, sums = _sum_by_place(ends, np.concatenate([-missing, missing]))
    steps = np.zeros_like(filled)
    steps.reshape(-1, 3)[places] = sums
    copied = labels >= 0
    added = np.zeros_like(filled)
    if start is not None:
        added = enlarge_in_hole(start, canvas, added)
        added[canvas.hole & ~copied] = 0
    return relax(added, copied, steps=steps)


def measure_misses(canvas: Canvas, map_: ShiftMap, added: Floats) -> Floats:
    """By how much the levelled copies, carried on over the hole's edge, miss the known pixels
    beside it; (H, W, 3), NaN where they bring nothing.
    """
    ends = _seams_from_both_sides(canvas, map_.labels)
    y, x, y2, x2 = ends[~canvas.hole[ends[:, 0], ends[:, 1]]].T
    (from_y, from_x), may = _source(canvas, map_, map_.labels[y2, x2], (y, x))
    y, x, y2, x2, from_y, from_x = (at[may] for at in (y, x, y2, x2, from_y, from_x))
    brought = canvas.image[from_y, from_x] + added[y2, x2] - canvas.image[y, x]
    ones = np.ones((len(y), 1), np.float32)
    places, sums = _sum_by_place(canvas.index(y, x), np.concatenate([brought, ones], 1))
    missed = np.full_like(canvas.image, np.nan)
    missed.reshape(-1, 3)[places] = sums[:, :3] / sums[:, 3:]
    return missed


def _sum_by_place(places: Numbers, values: Floats) -> tuple[Numbers, Floats]:
    """Each place once, and the sum (M, C) of the values (N, C) there."""
    once, at = np.unique(places, return_inverse=True)
    sums = [np.bincount(at, channel, len(once)) for channel in values.T]
    return once, np.stack(sums, 1).astype(np.float32)


def _source(canvas: Canvas, map_: ShiftMap, label: Numbers, at: Places) -> tuple[Places, Flags]:
    """Where labels (...) take the colours of places (...) from, and whether they may. -1 takes a
    place's own.
    """
    shifts = np.concatenate([map_.shifts, np.zeros((1, 2), np.int64)])  # the last is that of -1
    y, x = at[0] + shifts[label, 0], at[1] + shifts[label, 1]
    return (y, x), canvas.may_give(y, x)


def _seams(canvas: Canvas, labels: Numbers) -> tuple[Places, Places]:
    """Neighbours with different labels."""
    rows, columns = box = box_around(canvas.hole, margin=1)  # elsewhere nothing has a label
    part = labels[box]
    down = np.argwhere(part[:-1] != part[1:])
    right = np.argwhere(part[:, :-1] != part[:, 1:])
    p = np.concatenate([down, right]) + np.array([rows.start, columns.start])
    q = p.copy()
    q[: len(down), 0] += 1
    q[len(down) :, 1] += 1
    return (p[:, 0], p[:, 1]), (q[:, 0], q[:, 1])


def _seams_from_both_sides(canvas: Canvas, labels: Numbers) -> Numbers:
    """(n, 4): rows and columns of places and of neighbours with another label."""
    p, q = _seams(canvas, labels)
    return np.concatenate([np.stack([*p, *q], 1), np.stack([*q, *p], 1)])


def _with_moved_shifts(canvas: Canvas, map_: ShiftMap) -> ShiftMap:
    """Each shift moved by up to a pixel to where its copy fits those beside it, one after the
    other, from the longest seam to the shortest.
    """
    labels, shifts = map_.labels, map_.shifts.copy()
    copied = np.argwhere(labels >= 0)
    label_of = labels[copied[:, 0], copied[:, 1]]
    ends_of_regions = np.bincount(label_of, minlength=len(shifts)).cumsum()[:-1]
    regions = np.split(copied[label_of.argsort(kind="stable")], ends_of_regions)
    ends = _seams_from_both_sides(canvas, labels)
    mine = labels[ends[:, 0], ends[:, 1]]
    lengths = np.bincount(mine[mine >= 0], minlength=len(shifts))
    for label in np.argsort(-lengths, kind="stable").tolist():
        seams = ends[mine == label]
        if len(seams):
            shifts[label] = _move(canvas, ShiftMap(shifts, labels), label, seams, regions[label])
    y, x = copied.T
    dy, dx = shifts[label_of].T
    kept = labels.copy()
    lost = ~canvas.may_give(y + dy, x + dx)
    kept[y[lost], x[lost]] = -1
    return ShiftMap(shifts, kept)


def _move(canvas: Canvas, map_: ShiftMap, label: int, seams: Numbers, region: Numbers) -> Numbers:
    """The label's shift, moved. seams (n, 4): rows and columns of places in its region (m, 2) and
    of their neighbours beyond it.
    """
    moved: Shifts = map_.shifts[label] + MOVES  # (9, 2)
    theirs = map_.labels[seams[:, 2], seams[:, 3]]
    costs = np.zeros(len(moved), np.float32)
    for y, x in ((seams[:, 0], seams[:, 1]), (seams[:, 2], seams[:, 3])):
        there, known = _source(canvas, map_, theirs, (y, x))
        y, x, theirs_here = y[known], x[known], match_features(canvas, *there)[known]
        brought = match_features(canvas, y[:, None] + moved[:, 0], x[:, None] + moved[:, 1])
        costs += _differ(brought, theirs_here[:, None]).sum(0)
    for choice in costs.argsort(kind="stable"):
        y, x = (region + moved[choice]).T
        if canvas.may_give(y, x).all():
            found: Numbers = moved[choice]
            return found
    own: Numbers = map_.shifts[label]
    return own


def _with_moved_seams(canvas: Canvas, map_: ShiftMap) -> ShiftMap:
    """Pixels of the hole at seams take a neighbour's label where seams get cheaper by it; as on a
    chessboard, so that no two neighbours change at once. No label goes where it leads to nothing.
    """
    labels = map_.labels.copy()
    for sweep in range(2 * SWEEPS):
        p, q = _seams(canvas, labels)
        edge = np.unique(np.concatenate([canvas.index(*p), canvas.index(*q)]))
        y, x = np.divmod(edge, canvas.size[1])
        turn = canvas.hole[y, x] & ((y + x) % 2 == sweep % 2)
        y, x = y[turn], x[turn]
        beside = [(y + dy, x + dx) for dy, dx in SIDES]
        around = [labels.ravel()[canvas.index(*place)] for place in beside]
        tried = np.stack([labels[y, x], *around], 1)  # (n, 5)
        here = (y[:, None], x[:, None])
        mine, may = _copies(canvas, map_, tried, here)
        costs = np.where(may, np.float32(0), np.float32(np.inf))
        costs[tried < 0] = NO_COPY
        for place, theirs in zip(beside, around, strict=True):
            there, theirs = (place[0][:, None], place[1][:, None]), theirs[:, None]
            their_here, known_here = _copies(canvas, map_, theirs, here)
            their_there, known_there = _copies(canvas, map_, theirs, there)
            mine_there, may_there = _copies(canvas, map_, tried, there)
            cost = np.where(known_here, _differ(mine, their_here), np.float32(0))
            cost += np.where(
                known_there & may_there,
                _differ(mine_there, their_there),
                np.float32(UNKNOWN_COST),
            )
            costs += np.where(canvas.inside(*there), cost, np.float32(0))
        best = costs.argmin(1)
        labels[y, x] = tried[np.arange(len(tried)), best]
    return ShiftMap(map_.shifts, labels)


def _copies(canvas: Canvas, map_: ShiftMap, label: Numbers, at: Places) -> tuple[Floats, Flags]:
    """What labels bring to places, described, and whether they may."""
    (y, x), may = _source(canvas, map_, label, at)
    return match_features(canvas, y, x), may


def _differ(one: Floats, other: Floats) -> Floats:
    apart = one - other
    differs: Floats = np.einsum("...c,...c->...", apart, apart)
    return differs
