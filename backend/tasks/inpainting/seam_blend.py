"""Bring a shift-map to a finer size, and level the steps that are left where its copies meet.

At each size the shifts move by up to a pixel and the seams by some, to where copies agree best.
Levelling: colours change across a seam as they do in the two copies, and what that takes is spread
over the hole (Perez, Gangnet and Blake 2003, https://doi.org/10.1145/882262.882269).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .diffusion_fill import relax
from .pyramid import Canvas
from .shift_map import NO_COPY, ShiftMap, match_features

SWEEPS = 3
UNKNOWN_COST = 0.05  # of a pixel beside a seam that one of the labels brings nothing for
SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
MOVES = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


def refine(canvas: Canvas, coarser: ShiftMap) -> ShiftMap:
    """The map at the canvas's size, from one at half of it."""
    height, width = (
        (torch.arange(side) // 2).clamp(max=coarse - 1)
        for side, coarse in zip(canvas.size, coarser.labels.shape, strict=True)
    )
    labels = torch.where(canvas.hole[0, 0], coarser.labels[height][:, width], -1)
    return _with_moved_seams(
        canvas, _with_moved_shifts(canvas, ShiftMap(2 * coarser.shifts, labels))
    )


def paste(canvas: Canvas, map_: ShiftMap) -> torch.Tensor:
    """The canvas with every labelled pixel copied; (1, 3, H, W)."""
    y, x = (map_.labels >= 0).nonzero().T
    dy, dx = map_.shifts[map_.labels[y, x]].T
    filled = canvas.image.clone()
    filled[0, :, y, x] = canvas.image[0, :, y + dy, x + dx]
    return filled


def poisson_blend(
    canvas: Canvas, map_: ShiftMap, filled: torch.Tensor, start: torch.Tensor | None
) -> torch.Tensor:
    """What is to be added to the pasted picture, (1, 3, H, W), zero outside the hole.

    start: what was to be added at half the size.
    """
    labels = map_.labels
    p, q = _seams(labels)
    wanted, known = torch.zeros(3, len(p[0])), torch.zeros(len(p[0]))
    for label in (labels[p], labels[q]):
        (y, x), may = _source(canvas, map_, label, p)
        (y2, x2), may2 = _source(canvas, map_, label, q)
        may = (may & may2).float()
        pixels = canvas.image[0].flatten(1)
        wanted += may * (pixels[:, canvas.index(y2, x2)] - pixels[:, canvas.index(y, x)])
        known += may
    wanted = torch.where(known > 0, wanted / known.clamp(min=1), 0.0)
    missing = wanted - (filled[0, :, q[0], q[1]] - filled[0, :, p[0], p[1]])
    missing = torch.where(known > 0, missing, 0.0)
    steps = torch.zeros_like(filled)
    flat = steps[0].flatten(1)
    flat.index_add_(1, canvas.index(*p), -missing)
    flat.index_add_(1, canvas.index(*q), missing)
    copied = (labels >= 0)[None, None]
    added = torch.zeros_like(filled)
    if start is not None:
        added = F.interpolate(start, canvas.size, mode="bilinear") * copied
    return relax(added, copied, steps=steps)


def measure_misses(canvas: Canvas, map_: ShiftMap, added: torch.Tensor) -> torch.Tensor:
    """By how much the levelled copies, carried on over the hole's edge, miss the known pixels
    beside it; (1, 3, H, W), NaN where they bring nothing.
    """
    ends = _seams_from_both_sides(map_.labels)
    y, x, y2, x2 = ends[~canvas.hole[0, 0][ends[:, 0], ends[:, 1]]].T
    (from_y, from_x), may = _source(canvas, map_, map_.labels[y2, x2], (y, x))
    y, x, y2, x2, from_y, from_x = (at[may] for at in (y, x, y2, x2, from_y, from_x))
    pixels = canvas.image[0].flatten(1)
    brought = pixels[:, canvas.index(from_y, from_x)] + added[0, :, y2, x2]
    here = canvas.index(y, x)
    total, count = torch.zeros_like(pixels), torch.zeros_like(pixels[:1])
    total.index_add_(1, here, brought - pixels[:, here])
    count.index_add_(1, here, torch.ones_like(pixels[:1, : len(here)]))
    return (total / count).view_as(canvas.image)  # 0 / 0 is NaN


Places = tuple[torch.Tensor, torch.Tensor]  # rows and columns


def _source(
    canvas: Canvas, map_: ShiftMap, label: torch.Tensor, at: Places
) -> tuple[Places, torch.Tensor]:
    """Where labels (...) take the colours of places (...) from, and whether they may. -1 takes a
    place's own.
    """
    shift = torch.where((label >= 0)[..., None], map_.shifts[label.clamp(min=0)], 0)
    y, x = at[0] + shift[..., 0], at[1] + shift[..., 1]
    return (y, x), canvas.may_give(y, x)


def _seams(labels: torch.Tensor) -> tuple[Places, Places]:
    """Neighbours with different labels."""
    down = (labels[:-1] != labels[1:]).nonzero()
    right = (labels[:, :-1] != labels[:, 1:]).nonzero()
    p = torch.cat([down, right])
    q = p.clone()
    q[: len(down), 0] += 1
    q[len(down) :, 1] += 1
    return (p[:, 0], p[:, 1]), (q[:, 0], q[:, 1])


def _seams_from_both_sides(labels: torch.Tensor) -> torch.Tensor:
    """(n, 4): rows and columns of places and of neighbours with another label."""
    p, q = _seams(labels)
    return torch.cat([torch.stack([*p, *q], 1), torch.stack([*q, *p], 1)])


def _with_moved_shifts(canvas: Canvas, map_: ShiftMap) -> ShiftMap:
    """Each shift moved by up to a pixel to where its copy fits those beside it, one after the
    other, from the longest seam to the shortest.
    """
    labels, shifts = map_.labels, map_.shifts.clone()
    copied = (labels >= 0).nonzero()
    label_of = labels[copied.unbind(1)]
    sizes = label_of.bincount(minlength=len(shifts)).tolist()
    regions = torch.split(copied[label_of.argsort(stable=True)], sizes)
    ends = _seams_from_both_sides(labels)
    mine = labels[ends[:, 0], ends[:, 1]]
    lengths = mine[mine >= 0].bincount(minlength=len(shifts))
    for label in lengths.argsort(descending=True).tolist():
        seams = ends[mine == label]
        if len(seams):
            shifts[label] = _move(canvas, ShiftMap(shifts, labels), label, seams, regions[label])
    y, x = copied.T
    may = canvas.may_give(*(copied + shifts[label_of]).T)
    kept = labels.clone()
    kept[y[~may], x[~may]] = -1
    return ShiftMap(shifts, kept)


def _move(
    canvas: Canvas, map_: ShiftMap, label: int, seams: torch.Tensor, region: torch.Tensor
) -> torch.Tensor:
    """The label's shift, moved. seams (n, 4): rows and columns of places in its region (m, 2) and
    of their neighbours beyond it.
    """
    moved = map_.shifts[label] + torch.tensor(MOVES)  # (9, 2)
    theirs = map_.labels[seams[:, 2], seams[:, 3]]
    costs = torch.zeros(len(moved))
    for place in (seams[:, :2], seams[:, 2:]):
        there, known = _source(canvas, map_, theirs, (place[:, 0], place[:, 1]))
        brought = match_features(canvas, *(place[:, None] + moved).unbind(-1))
        apart = _differ(brought, match_features(canvas, *there)[:, None])
        costs += torch.where(known[:, None], apart, 0.0).sum(0)
    for choice in costs.argsort():
        if bool(canvas.may_give(*(region + moved[choice]).T).all()):
            return moved[choice]
    return map_.shifts[label]


def _with_moved_seams(canvas: Canvas, map_: ShiftMap) -> ShiftMap:
    """Pixels of the hole at seams take a neighbour's label where seams get cheaper by it; as on a
    chessboard, so that no two neighbours change at once. No label goes where it leads to nothing.
    """
    labels = map_.labels.clone()
    for sweep in range(2 * SWEEPS):
        p, q = _seams(labels)
        edge = torch.unique(torch.cat([torch.stack(p, 1), torch.stack(q, 1)]), dim=0)
        y, x = edge.T
        turn = canvas.hole[0, 0][y, x] & ((y + x) % 2 == sweep % 2)
        y, x = y[turn], x[turn]
        beside = [(y + dy, x + dx) for dy, dx in SIDES]
        around = [labels.flatten()[canvas.index(*place)] for place in beside]
        tried = torch.stack([labels[y, x], *around], 1)  # (n, 5)
        here = _spread(y, x)
        mine, may = _copies(canvas, map_, tried, here)
        costs = torch.where(may, 0.0, torch.inf).masked_fill(tried < 0, NO_COPY)
        for place, theirs in zip(beside, around, strict=True):
            there, theirs = _spread(*place), theirs[:, None]
            their_here, known_here = _copies(canvas, map_, theirs, here)
            their_there, known_there = _copies(canvas, map_, theirs, there)
            mine_there, may_there = _copies(canvas, map_, tried, there)
            known_there = known_there & may_there
            cost = torch.where(known_here, _differ(mine, their_here), 0.0)
            cost = cost + torch.where(known_there, _differ(mine_there, their_there), UNKNOWN_COST)
            costs += torch.where(canvas.inside(*there), cost, 0.0)
        labels[y, x] = tried.gather(1, costs.argmin(1)[:, None])[:, 0]
    return ShiftMap(map_.shifts, labels)


def _spread(y: torch.Tensor, x: torch.Tensor) -> Places:
    return y[:, None], x[:, None]


def _copies(
    canvas: Canvas, map_: ShiftMap, label: torch.Tensor, at: Places
) -> tuple[torch.Tensor, torch.Tensor]:
    """What labels bring to places, described, and whether they may."""
    (y, x), may = _source(canvas, map_, label, at)
    return match_features(canvas, y, x), may


def _differ(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return (one - other).square().sum(-1)
