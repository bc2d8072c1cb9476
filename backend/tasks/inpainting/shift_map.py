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
from .pyramid import Canvas, Flags, Numbers
from .random_numbers import RandomNumbers
from .shift_candidates import Shifts, candidate_shifts, reaches

ROUNDS = 20
ROUNDS_WITH_ALL = 5  # of them; then labels are left out that no node has among its best
BEST = 2
KEPT = 0.4  # of a message when a new one comes
NO_COPY = 100.0  # what a label costs that leads to nothing usable; colours differ by 3 at most
NEAR_PX = 5  # side of the window around a pixel whose known part its label must fit
NEAR_WEIGHT = 0.4  # of a known pixel there
UNKNOWN_COST = 0.1  # of one that the label brings nothing to compare with
GUIDE_WEIGHT = 0.1
GRADIENT_WEIGHT = 2.0
MOST_SEAMS = 12_000_000  # neighbours times pairs of labels; above, there are fewer labels
SEAMS_AT_ONCE = 64  # neighbours whose sums stay in a processor's cache


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
    possible = reaches(canvas, nodes, shifts)
    copies = match_features(canvas, *_each_moved(nodes, shifts))  # (N, K, C)
    costs = np.where(possible, np.float32(0), np.float32(NO_COPY))
    costs += _misfit_of_known(canvas, nodes, shifts)
    wanted = guide[nodes[:, 0], nodes[:, 1]]
    costs += np.float32(GUIDE_WEIGHT) * np.square(copies[..., :3] - wanted[:, None]).sum(-1)
    chosen = _propagate(costs, copies, _neighbours(canvas.hole))
    found = possible[np.arange(len(nodes)), chosen]
    labels[nodes[:, 0], nodes[:, 1]] = np.where(found, chosen, -1)
    return ShiftMap(shifts, labels)


def match_features(canvas: Canvas, y: Numbers, x: Numbers) -> Floats:
    """What copies are compared by, (..., 5) for places (...): colour, and gradients of gray."""
    pixels = canvas.pixels
    features = np.empty((*y.shape, 5), np.float32)
    here = pixels.take(canvas.index(y, x), 0)
    features[..., :3] = here
    gray = _gray(here)
    for place, (dy, dx) in enumerate(((0, 1), (1, 0)), start=3):
        beside = pixels.take(canvas.index(y + dy, x + dx), 0)
        features[..., place] = np.float32(GRADIENT_WEIGHT) * (_gray(beside) - gray)
    return features


def _gray(colors: Floats) -> Floats:
    """The mean of three channels; several times as fast as mean() over so short an axis."""
    gray: Floats = (colors[..., 0] + colors[..., 1] + colors[..., 2]) * np.float32(1 / 3)
    return gray


def _each_moved(places: Numbers, shifts: Shifts) -> tuple[Numbers, Numbers]:
    """Rows and columns (N, K) of places (N, 2), each moved by each shift."""
    return places[:, :1] + shifts[:, 0], places[:, 1:] + shifts[:, 1]


def _misfit_of_known(canvas: Canvas, nodes: Numbers, shifts: Shifts) -> Floats:
    """(N, K): how much the known pixels around a node differ from those that a shift would bring
    there. The more of them are known, the more it counts.
    """
    apart: Floats = np.zeros((len(nodes), len(shifts)), np.float32)
    reach = NEAR_PX // 2
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            beside = nodes + np.array([dy, dx])
            rows = np.flatnonzero(canvas.may_give(beside[:, 0], beside[:, 1]))
            if len(rows) == 0:
                continue
            known = beside[rows]
            brought = match_features(canvas, *_each_moved(known, shifts))
            brought -= match_features(canvas, known[:, 0], known[:, 1])[:, None]
            differs = np.einsum("nkc,nkc->nk", brought, brought)
            apart[rows] += np.where(
                reaches(canvas, known, shifts), differs, np.float32(UNKNOWN_COST)
            )
    apart *= np.float32(NEAR_WEIGHT)
    return apart


def _neighbours(hole: Flags) -> Numbers:
    """Pairs of neighbours in the hole (E, 2), as numbers of its pixels in reading order."""
    number = np.full(hole.shape, -1)
    number[hole] = np.arange(int(hole.sum()))
    pairs = []
    for first, second in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:])):
        both = (first >= 0) & (second >= 0)
        pairs.append(np.stack([first[both], second[both]], 1))
    return np.concatenate(pairs)


def _propagate(costs: Floats, copies: Floats, pairs: Numbers) -> Numbers:
    """The label (N,) of each node. costs (N, K); copies (N, K, C): a seam between labels a and b at
    neighbours p and q costs what the two copies differ by at p and at q.
    """
    p, q = pairs.T
    apart = _apart(copies)
    seams = apart[p]
    seams += apart[q]  # (E, K, K), and the same for a and b as for b and a
    messages = np.zeros((2, *seams.shape[:2]), np.float32)  # to q, to p
    belief = _send(costs, seams, messages, pairs, rounds=ROUNDS_WITH_ALL)
    best = np.argpartition(belief, min(BEST, belief.shape[1]) - 1, axis=1)[:, :BEST]
    used = np.unique(best)
    seams = np.ascontiguousarray(seams[:, used[:, None], used])
    belief = _send(
        costs[:, used], seams, messages[..., used], pairs, rounds=ROUNDS - ROUNDS_WITH_ALL
    )
    chosen: Numbers = used[belief.argmin(1)]
    return chosen


def _send(costs: Floats, seams: Floats, messages: Floats, pairs: Numbers, *, rounds: int) -> Floats:
    """Rounds of messages, which are changed; returns what each label then costs each node."""
    p, q = pairs.T
    labels = costs.shape[1]
    summed = np.empty((SEAMS_AT_ONCE, labels, labels), np.float32)

    def believe() -> Floats:
        from_p, from_q = (
            _sum_at(at, sent, len(costs)) for at, sent in zip((q, p), messages, strict=True)
        )
        return costs + from_p + from_q

    for _ in range(rounds):
        belief = believe()
        given = (belief[p] - messages[1], belief[q] - messages[0])
        messages *= np.float32(KEPT)
        for start in range(0, len(pairs), SEAMS_AT_ONCE):
            some = slice(start, start + SEAMS_AT_ONCE)
            for message, own in zip(messages, given, strict=True):
                total = summed[: len(own[some])]
                np.add(own[some, :, None], seams[some], out=total)
                new = total.min(1)
                new -= new.min(1, keepdims=True)
                new *= np.float32(1 - KEPT)
                message[some] += new
    return believe()


def _sum_at(places: Numbers, values: Floats, count: int) -> Floats:
    """(E, K) summed by place, (count, K)."""
    total = np.zeros((count, values.shape[1]), np.float32)
    order = places.argsort(kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    if len(starts):
        total[places[order[starts]]] = np.add.reduceat(values[order], starts, axis=0)
    return total


def _apart(copies: Floats) -> Floats:
    """(N, K, C) to squared distances between all K, (N, K, K)."""
    squares = np.square(copies).sum(-1)
    distances: Floats = copies @ copies.transpose(0, 2, 1)
    distances *= np.float32(-2)
    distances += squares[:, :, None]
    distances += squares[:, None]
    np.maximum(distances, 0, out=distances)
    return distances
