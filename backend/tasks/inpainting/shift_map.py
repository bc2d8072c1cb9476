"""Which part of a hole is filled by which shifted copy of the picture.

Shift-maps (Pritch, Kav-Venaki and Peleg 2009, https://doi.org/10.1109/ICCV.2009.5459159): every
pixel of the hole gets one of some shifts, and its colour is copied from where that leads. Whole
regions are copied as they are, so that a fill has the grain of its surroundings; what there is to
choose is where one copy ends and the next begins. It is chosen by min-sum belief propagation, at a
size where the hole has few pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...images.color.icc_profile import Floats
from .pyramid import Canvas, Flags, Numbers, over_windows, within
from .random_numbers import RandomNumbers
from .shift_candidates import Shifts, candidate_shifts

ROUNDS = 10
ROUNDS_BETWEEN = 2  # of them; then labels are left out that are no node's best
KEPT = 0.1  # of a message when a new one comes
NO_COPY = 100.0  # what a label costs that leads to nothing usable; colours differ by 3 at most
NEAR_PX = 5  # side of the window around a pixel whose known part its label must fit
NEAR_WEIGHT = 0.4  # of a known pixel there
UNKNOWN_COST = 0.1  # of one that the label brings nothing to compare with
GUIDE_WEIGHT = 0.1
GRADIENT_WEIGHT = 2.0
MOST_SEAMS = 12_000_000  # neighbours times pairs of labels; above, there are fewer labels


@dataclass(frozen=True)
class ShiftMap:
    """labels (H, W): numbers of shifts, -1 where nothing is copied."""

    shifts: Shifts
    labels: Numbers


def find_shift_map(
    canvas: Canvas, guide: Floats, matched: Shifts, random: RandomNumbers
) -> ShiftMap:
    """For a hole of at most some 20,000 pixels; of more than 1900 by fewer shifts.

    guide (H, W, 3): what the fill should resemble. matched: shifts that a search of patches found
    for the hole.
    """
    labels = np.full(canvas.size, -1)
    nodes = np.argwhere(canvas.hole)
    most = math.isqrt(MOST_SEAMS // max(1, 2 * len(nodes)))
    shifts = candidate_shifts(canvas, matched, random, at_most=most)
    if len(shifts) == 0:
        return ShiftMap(shifts, labels)
    possible = canvas.may_give(*_each_moved(nodes, shifts))  # (K, N)
    copies = match_features(canvas, *_each_moved(nodes, shifts))  # (5, K, N)
    costs = np.where(possible, np.float32(0), np.float32(NO_COPY))
    costs += _misfit_of_known(canvas, nodes, shifts)
    wanted = guide[nodes[:, 0], nodes[:, 1]].T[:, None]
    costs += np.float32(GUIDE_WEIGHT) * squared_distance(copies[:3], wanted)
    chosen = _propagate(costs, copies, _neighbours(canvas.hole))
    found = possible[chosen, np.arange(len(nodes))]
    labels[nodes[:, 0], nodes[:, 1]] = np.where(found, chosen, -1)
    return ShiftMap(shifts, labels)


def match_features(canvas: Canvas, y: Numbers, x: Numbers) -> Floats:
    """What copies are compared by, (5, ...) for places (...): colour, and gradients of gray."""
    height, width = canvas.size
    y, x = within(y, 0, height - 1), within(x, 0, width - 1)
    at = np.empty((3, *y.shape), np.int64)  # here, to the right, below
    np.add(y * width, x, out=at[0])
    np.add(at[0], x < width - 1, out=at[1])
    np.add(at[0], width * (y < height - 1), out=at[2])
    colors = canvas.pixels.take(at, 0)
    gray = colors[..., 0] + colors[..., 1]  # mean() is slow over so short an axis
    gray += colors[..., 2]
    gray *= np.float32(GRADIENT_WEIGHT / 3)
    features = np.empty((5, *y.shape), np.float32)
    features[:3] = np.moveaxis(colors[0], -1, 0)
    np.subtract(gray[1:], gray[0], out=features[3:])
    return features


def squared_distance(one: Floats, other: Floats) -> Floats:
    """(C, ...) to (...)."""
    apart = one - other
    np.square(apart, out=apart)
    distance: Floats = apart.sum(0)
    return distance


def _each_moved(places: Numbers, shifts: Shifts) -> tuple[Numbers, Numbers]:
    """Rows and columns (K, N) of places (N, 2), each moved by each shift."""
    return places[:, 0] + shifts[:, :1], places[:, 1] + shifts[:, 1:]


def _misfit_of_known(canvas: Canvas, nodes: Numbers, shifts: Shifts) -> Floats:
    """(K, N): how much the known pixels around a node differ from those that a shift would bring
    there. The more of them are known, the more it counts.
    """
    reach = NEAR_PX // 2
    near = over_windows(np.logical_or, np.pad(canvas.hole, reach), NEAR_PX) & canvas.usable
    known = np.argwhere(near)
    there = _each_moved(known, shifts)
    wanted = match_features(canvas, known[:, 0], known[:, 1])[:, None]
    differs = squared_distance(match_features(canvas, *there), wanted)
    differs[~canvas.may_give(*there)] = UNKNOWN_COST
    number = np.full((canvas.size[0] + 2 * reach, canvas.size[1] + 2 * reach), len(known))
    number[reach:-reach, reach:-reach][near] = np.arange(len(known))
    differs = np.pad(differs, ((0, 0), (0, 1)))  # the last is that of what is not known
    apart: Floats = np.zeros((len(shifts), len(nodes)), np.float32)
    for dy in range(NEAR_PX):
        for dx in range(NEAR_PX):
            beside = number[nodes[:, 0] + dy, nodes[:, 1] + dx]
            rows = np.flatnonzero(beside < len(known))
            apart[:, rows] += differs[:, beside[rows]]
    apart *= np.float32(NEAR_WEIGHT)
    return apart


def _neighbours(hole: Flags) -> list[Numbers]:
    """Pairs of neighbours in the hole, (2, E) numbers of its pixels in reading order, the one on a
    black square of a chessboard first; in four lists, in each of which no pixel is first, or
    second, twice.
    """
    number = np.full(hole.shape, -1)
    number[hole] = np.arange(int(hole.sum()))
    is_black = np.indices(hole.shape).sum(0) % 2 == 0
    pairs = []
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        first, second, black = number[here], number[there], is_black[here]
        both = (first >= 0) & (second >= 0)
        pairs.append(np.stack([first[both & black], second[both & black]]))
        pairs.append(np.stack([second[both & ~black], first[both & ~black]]))
    return pairs


def _propagate(costs: Floats, copies: Floats, pairs: list[Numbers]) -> Numbers:
    """The label (N,) of each node. costs (K, N); copies (C, K, N): a seam between labels a and b at
    neighbours p and q costs what the two copies differ by at p and at q.
    """
    seams = _seams(copies, np.concatenate(pairs, axis=1))
    messages = np.zeros((2, *seams.shape[1:]), np.float32)  # to a pair's first, to its second
    labels = np.arange(len(costs))
    for _ in range(0, ROUNDS - ROUNDS_BETWEEN, ROUNDS_BETWEEN):
        used = np.unique(_send(costs, seams, messages, pairs).argmin(0))
        places = np.arange(len(used))
        seams = seams[used - used[places - places[:, None]], used]
        labels, costs, messages = labels[used], costs[used], messages[:, used]
    chosen: Numbers = labels[_send(costs, seams, messages, pairs).argmin(0)]
    return chosen


def _seams(copies: Floats, pairs: Numbers) -> Floats:
    """(K, K, E): at [d, b] what it costs that one end of a pair has the label b and the other end
    the one d places before it, b - d, counted round; the same whichever end has which. So all that
    is added up in a step of _send lies in one run, many times as fast as many short ones.
    """
    labels = copies.shape[1]
    p, q = pairs
    around = np.tile(copies, (1, 2, 1))
    apart = np.empty_like(copies)
    seams = np.zeros((labels, labels, len(p)), np.float32)
    for step in range(1, labels // 2 + 1):
        np.subtract(around[:, labels - step : 2 * labels - step], copies, out=apart)
        np.square(apart, out=apart)
        at_nodes = apart.sum(0)
        np.add(at_nodes.take(p, 1), at_nodes.take(q, 1), out=seams[step])
        seams[labels - step] = np.roll(seams[step], -step, 0)
    return seams


def _send(costs: Floats, seams: Floats, messages: Floats, pairs: list[Numbers]) -> Floats:
    """Some rounds of messages (2, K, E), which are changed, in each first from the black squares,
    then from the white ones; returns what each label (K, N) then costs each node.
    """
    ends = np.concatenate(pairs, axis=1)
    labels = len(costs)
    summed = np.empty_like(messages[0])
    starts = np.cumsum([0, *(some.shape[1] for some in pairs)])

    def believe(*sides: int) -> Floats:
        """What the nodes on these squares believe, by what was sent to them."""
        belief: Floats = costs.copy()
        for some, start, stop in zip(pairs, starts, starts[1:], strict=False):
            for side in sides:
                belief[:, some[side]] += messages[side, :, start:stop]
        return belief

    for turn in range(2 * ROUNDS_BETWEEN):
        sender = turn % 2
        message = messages[1 - sender]
        given = believe(sender).take(ends[sender], 1) - messages[sender]
        given = np.tile(given, (2, 1))  # so that any K labels in turn are one run
        least = given[:labels] + seams[0]
        for step in range(1, labels):
            np.add(given[labels - step : 2 * labels - step], seams[step], out=summed)
            np.minimum(least, summed, out=least)
        least -= least.min(0)
        least *= np.float32(1 - KEPT)
        message *= np.float32(KEPT)
        message += least
    return believe(0, 1)
