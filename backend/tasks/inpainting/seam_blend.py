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
from .shift_map import NO_COPY, ShiftMap, match_features, squared_distance

SWEEPS = 3
UNKNOWN_COST = 0.05  # of a pixel beside a seam that one of the labels brings nothing for
SIDES = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)])
MOVES = np.array([(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
Places = tuple[Numbers, Numbers]  # rows and columns


def refine(canvas: Canvas, coarser: ShiftMap) -> ShiftMap:
    """The map at the canvas's size, from one at half of it."""
    box = box_around(canvas.hole, margin=0)
    rows, columns = (
        np.minimum(np.arange(part.start, part.stop) // 2, coarse - 1)
        for part, coarse in zip(box, coarser.labels.shape, strict=True)
    )
    labels = np.full(canvas.size, -1)
    labels[box] = np.where(canvas.hole[box], coarser.labels[rows][:, columns], -1)
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
    steps: Floats = np.zeros(filled.shape, np.float32)
    steps.reshape(-1, 3)[places] = sums
    copied = labels >= 0
    added: Floats = np.zeros(filled.shape, np.float32)
    if start is not None:
        enlarge_in_hole(start, canvas, added)
        added[canvas.hole & ~copied] = 0
    relax(added, copied, steps=steps)
    return added


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
    theirs = np.tile(map_.labels[seams[:, 2], seams[:, 3]], 2)
    y, x = np.concatenate([seams[:, :2], seams[:, 2:]]).T
    (from_y, from_x), known = _source(canvas, map_, theirs, (y, x))
    y, x, from_y, from_x = y[known], x[known], from_y[known], from_x[known]
    brought = match_features(canvas, y + moved[:, :1], x + moved[:, 1:])  # (5, 9, n)
    wanted = match_features(canvas, from_y, from_x)[:, None]
    costs = squared_distance(brought, wanted).sum(1)
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
    p, q = _seams(canvas, labels)
    at_seams = np.concatenate([canvas.index(*p), canvas.index(*q)])
    changed = np.zeros(0, np.int64)
    for sweep in range(2 * SWEEPS):
        # one that was looked at is so again when a neighbour has changed since
        asked = np.concatenate([at_seams if sweep < 2 else changed[:0], _beside(canvas, changed)])
        y, x = np.divmod(np.unique(asked), canvas.size[1])
        turn = canvas.hole[y, x] & ((y + x) % 2 == sweep % 2)
        y, x = y[turn], x[turn]
        before = labels[y, x]
        labels[y, x] = _cheapest(canvas, ShiftMap(map_.shifts, labels), (y, x))
        is_other = labels[y, x] != before
        changed = canvas.index(y[is_other], x[is_other])
    return ShiftMap(map_.shifts, labels)


def _beside(canvas: Canvas, places: Numbers) -> Numbers:
    """The neighbours of places (n,), (4 * n,); flat indices."""
    y, x = np.divmod(places, canvas.size[1])
    return np.concatenate([canvas.index(y + dy, x + dx) for dy, dx in SIDES])


def _cheapest(canvas: Canvas, map_: ShiftMap, at: Places) -> Numbers:
    """The label (n,) at each of the places with which their seams are cheapest: their own, or one
    of a neighbour's.
    """
    y, x = at
    there = y + SIDES[:, :1], x + SIDES[:, 1:]  # (4, n)
    around = map_.labels.ravel()[canvas.index(*there)]
    labels = np.concatenate([map_.labels[y, x][None], around])  # (5, n)
    same = (labels[:, None] == labels).argmax(0)  # the first place where a label stands
    kind, node = np.nonzero(same == np.arange(len(labels))[:, None])
    number = np.zeros(labels.shape, np.int64)
    number[kind, node] = np.arange(len(node))
    number = np.take_along_axis(number, same, 0)[1:]  # of a neighbour's label, among those tried
    tried = labels[kind, node]  # (m,)
    here = y[node], x[node]
    nodes_there = there[0][:, node], there[1][:, node]
    mine, may = _copies(canvas, map_, tried, here)
    mine_there, may_there = _copies(canvas, map_, tried, nodes_there)
    theirs_there, known_there = _copies(canvas, map_, around, there)
    costs = np.where(
        may[number[:, node]], squared_distance(mine[:, None], mine[:, number[:, node]]), 0
    )
    costs += np.where(
        known_there[:, node] & may_there,
        squared_distance(mine_there, theirs_there[:, :, node]),
        np.float32(UNKNOWN_COST),
    )
    costs[~canvas.inside(*nodes_there)] = 0
    total = np.full(labels.shape, np.inf, np.float32)
    own = np.where(may, np.float32(0), np.float32(np.inf))
    own[tried < 0] = NO_COPY
    total[kind, node] = own + costs.sum(0)
    best: Numbers = labels[total.argmin(0), np.arange(len(y))]
    return best


def _copies(canvas: Canvas, map_: ShiftMap, label: Numbers, at: Places) -> tuple[Floats, Flags]:
    """What labels bring to places, described, and whether they may."""
    (y, x), may = _source(canvas, map_, label, at)
    return match_features(canvas, y, x), may
