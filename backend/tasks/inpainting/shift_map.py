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

import torch

from .pyramid import Canvas
from .shift_candidates import Shifts, candidate_shifts, reaches

ROUNDS = 20
KEPT = 0.4  # of a message when a new one comes
NO_COPY = 100.0  # what a label costs that leads to nothing usable; colours differ by 3 at most
NEAR_PX = 5  # side of the window around a pixel whose known part its label must fit
NEAR_WEIGHT = 0.4  # of a known pixel there
UNKNOWN_COST = 0.1  # of one that the label brings nothing to compare with
GUIDE_WEIGHT = 0.1
GRADIENT_WEIGHT = 2.0
MOST_SEAMS = 12_000_000  # neighbours times pairs of labels; above, there are fewer labels


@dataclass(frozen=True)
class ShiftMap:
    """labels (H, W) int64: numbers of shifts, -1 where nothing is copied."""

    shifts: Shifts
    labels: torch.Tensor


def find_shift_map(
    canvas: Canvas, guide: torch.Tensor, matched: Shifts, generator: torch.Generator
) -> ShiftMap:
    """For a hole of at most some 20,000 pixels; of more than 1900 by fewer shifts.

    guide (1, 3, H, W): what the fill should resemble. matched: shifts that a search of patches
    found for the hole.
    """
    labels = torch.full(canvas.size, -1)
    nodes = canvas.hole[0, 0].nonzero()
    most = math.isqrt(MOST_SEAMS // max(1, 2 * len(nodes)))
    shifts = candidate_shifts(canvas, matched, generator, at_most=most)
    if len(shifts) == 0:
        return ShiftMap(shifts, labels)
    possible = reaches(canvas, nodes, shifts)
    copies = match_features(canvas, *(nodes[:, None] + shifts).unbind(-1))  # (N, K, C)
    costs = torch.where(possible, 0.0, NO_COPY) + _misfit_of_known(canvas, nodes, shifts)
    wanted = guide[0][:, nodes[:, 0], nodes[:, 1]].T
    costs += GUIDE_WEIGHT * (copies[..., :3] - wanted[:, None]).square().sum(-1)
    chosen = _propagate(costs, copies, _neighbours(canvas.hole[0, 0]))
    found = possible.gather(1, chosen[:, None])[:, 0]
    labels[nodes[:, 0], nodes[:, 1]] = torch.where(found, chosen, -1)
    return ShiftMap(shifts, labels)


def match_features(canvas: Canvas, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """What copies are compared by, (..., 5) for places (...): colour, and gradients of gray."""
    pixels = canvas.image[0].flatten(1)
    here, right, down = (
        pixels[:, canvas.index(y + dy, x + dx)] for dy, dx in ((0, 0), (0, 1), (1, 0))
    )
    gray = here.mean(0)
    gradients = [GRADIENT_WEIGHT * (beside.mean(0) - gray) for beside in (right, down)]
    return torch.stack([*here, *gradients], -1)


def _misfit_of_known(canvas: Canvas, nodes: torch.Tensor, shifts: Shifts) -> torch.Tensor:
    """(N, K): how much the known pixels around a node differ from those that a shift would bring
    there. The more of them are known, the more it counts.
    """
    apart = torch.zeros(len(nodes), len(shifts))
    reach = NEAR_PX // 2
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            y, x = (nodes + torch.tensor([dy, dx])).unbind(1)
            rows = canvas.may_give(y, x).nonzero()[:, 0]
            if len(rows) == 0:
                continue
            known = torch.stack([y[rows], x[rows]], 1)
            brought = match_features(canvas, *(known[:, None] + shifts).unbind(-1))
            differs = (brought - match_features(canvas, *known.T)[:, None]).square().sum(-1)
            apart[rows] += torch.where(reaches(canvas, known, shifts), differs, UNKNOWN_COST)
    return NEAR_WEIGHT * apart


def _neighbours(hole: torch.Tensor) -> torch.Tensor:
    """Pairs of neighbours in the hole (E, 2), as numbers of its pixels in reading order."""
    number = torch.full(hole.shape, -1)
    number[hole] = torch.arange(int(hole.sum()))
    pairs = []
    for first, second in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:])):
        both = (first >= 0) & (second >= 0)
        pairs.append(torch.stack([first[both], second[both]], 1))
    return torch.cat(pairs)


def _propagate(costs: torch.Tensor, copies: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """The label (N,) of each node. costs (N, K); copies (N, K, C): a seam between labels a and b at
    neighbours p and q costs what the two copies differ by at p and at q.
    """
    p, q = pairs.T
    seams = _apart(copies[p]) + _apart(copies[q])  # (E, K, K)
    to_p, to_q = (torch.zeros(len(pairs), costs.shape[1]) for _ in range(2))
    belief = costs
    for _ in range(ROUNDS):
        new_q = ((belief[p] - to_p)[:, :, None] + seams).amin(1)
        new_p = ((belief[q] - to_q)[:, None, :] + seams).amin(2)
        to_q = KEPT * to_q + (1 - KEPT) * (new_q - new_q.amin(1, keepdim=True))
        to_p = KEPT * to_p + (1 - KEPT) * (new_p - new_p.amin(1, keepdim=True))
        belief = costs.index_add(0, q, to_q).index_add(0, p, to_p)
    return belief.argmin(1)


def _apart(copies: torch.Tensor) -> torch.Tensor:
    """(E, K, C) to squared distances between all K, (E, K, K)."""
    squares = copies.square().sum(-1)
    products = copies @ copies.transpose(1, 2)
    return (squares[:, :, None] + squares[:, None] - 2 * products).clamp(min=0)
