"""Fill a hole with patches of the picture's known part, coarse to fine.

Wexler, Shechtman and Irani 2007 (https://doi.org/10.1109/TPAMI.2007.60): in turn, every patch that
touches the hole looks for its nearest known patch, and the hole's pixels become the weighted mean
of what the found patches hold there. Coarse levels are searched in full; finer ones start from the
matches of the level below and try those of neighbours and random places nearby (PatchMatch, Barnes
et al. 2009, https://doi.org/10.1145/1531326.1531330). At the end, what the patches miss of the
known pixels around the hole is spread over it as a membrane (Perez et al. 2003,
https://doi.org/10.1145/882262.882269), so that no seam is left.

A patch is named by its top left pixel, as a flat index into the grid of all places where one fits.
As a row of 147 numbers it has its pixels in reading order, each with its three channels.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.picture import fill_hidden
from .diffusion_fill import relax
from .pyramid import (
    PATCH_PX,
    Canvas,
    Flags,
    Numbers,
    box_around,
    enlarge_in_hole,
    erode,
    over_windows,
)
from .random_numbers import RandomNumbers
from .shift_candidates import Shifts

EXHAUSTIVE_PAIRS = 4_000_000  # pairs of patches up to which a level is searched in full
Votes = tuple[Floats, Floats, tuple[slice, slice]]
STRONGEST = 3  # matches of a pixel that count as found for it
ROUNDS_COARSE, ROUNDS_FINE = 5, 2
NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 3), (3, 0), (0, -3), (-3, 0))
RADII_PX = (32, 8, 2)  # of random search around the best match so far
SURE_PX = 0.8  # a hole's pixel this far from its edge counts 1 / e of a known one
SURENESS_POWER = 2.0  # of a patch's sureness in votes: structure grows inward from the edge


class PatchSearch:
    """The matches of the patches that touch one level's hole (N of them), and the picture they
    make. dense: matches of all places, -1 where there is none. votes: as _count_votes gave them
    last.
    """

    def __init__(self, canvas: Canvas, random: RandomNumbers) -> None:
        self.canvas, self.random = canvas, random
        height, width = canvas.size
        self.rows, self.columns = height - PATCH_PX + 1, width - PATCH_PX + 1
        self.current = canvas.image
        self.can_give = canvas.whole_patches.ravel()
        self.targets = np.flatnonzero(over_windows(np.logical_or, canvas.hole, PATCH_PX))
        self.y, self.x = self.targets // self.columns, self.targets % self.columns
        self.dense = np.full(self.rows * self.columns, -1)
        self.distances = np.full(len(self.targets), np.inf, np.float32)
        self.countable = np.ones((height * width, 4), np.float32)  # colours, and one of them
        self.countable[:, :3] = canvas.pixels

    def run(self, coarser: PatchSearch | None) -> None:
        """Search and vote until the rounds are over, starting from the level below."""
        canvas = self.canvas
        givers = np.flatnonzero(self.can_give)  # only known patches are ever taken
        in_full = len(self.targets) * len(givers) <= EXHAUSTIVE_PAIRS
        weights = self._patches_at(_confidence(canvas.hole)[..., None], self.targets)
        self.sureness = weights.mean(1)
        weights /= weights.sum(1, keepdims=True)
        wide = np.repeat(weights, 3, axis=1)
        if coarser is not None:
            self.current = canvas.image.copy()
            enlarge_in_hole(coarser.current, canvas, self.current)
            self.dense[self.targets] = self._taken_over(coarser)
        if in_full:
            known = self._patches_at(canvas.image, givers)
            base = weights @ np.square(known).reshape(len(known), -1, 3).sum(2).T
            costs = np.empty_like(base)
            for _ in range(ROUNDS_COARSE):
                self._search_in_full(known, base, givers, wide, costs)
                self._vote()
            return
        for _ in range(ROUNDS_FINE):
            self._search_nearby(wide)
            self._vote()

    def filled(self) -> Floats:
        """The picture (H, W, 3) that the matches make, fitted to the hole's edge."""
        fitted = np.clip(self.current + self._membrane(), 0, 1)
        return np.where(self.canvas.hole[..., None], fitted, self.canvas.image)

    def missed(self) -> Floats:
        """By how much the matches miss the known pixels that they cover, too; (H, W, 3), NaN
        elsewhere.
        """
        total, count, box = self.votes
        missed = np.full_like(self.canvas.image, np.nan)
        known = ~self.canvas.hole[box] & (count > 0)
        missed[box][known] = total[known] / count[known][:, None] - self.canvas.image[box][known]
        return missed

    def matched_shifts(self) -> Shifts:
        """How far away the colours lie that each pixel of the hole mostly takes; without (0, 0)."""
        weight = np.zeros(len(self.dense), np.float32)
        weight[self.targets] = self._vote_weights()
        y, x = np.nonzero(self.canvas.hole)
        votes, shifts = [], []
        for down in range(PATCH_PX):
            for right in range(PATCH_PX):
                place = self._place(y - down, x - right)
                found = np.where(place >= 0, self.dense[place], -1)
                votes.append(np.where(found >= 0, weight[place], np.float32(0)))
                row, column = found // self.columns + down, found % self.columns + right
                shifts.append(np.stack([row - y, column - x], 1))
        all_votes = np.stack(votes, 1)
        strongest = np.argsort(-all_votes, axis=1, kind="stable")[:, :STRONGEST]
        chosen = np.take_along_axis(np.stack(shifts, 1), strongest[..., None], 1)
        chosen = chosen[np.take_along_axis(all_votes, strongest, 1) > 0]
        return chosen[chosen.any(1)]

    def _membrane(self) -> Floats:
        """What is to be added in the hole (H, W, 3) so that its border fits: smooth inside, and
        at the border what the known pixels exceed the patches over them by.
        """
        box = box_around(self.canvas.hole, margin=PATCH_PX)
        missed, hole = self.missed()[box], self.canvas.hole[box]
        known: Flags = ~np.isnan(missed[..., 0])
        missing = np.zeros_like(missed)
        np.negative(missed, out=missing, where=known[..., None])
        inside = fill_hidden(missing, known.astype(np.float32))
        relax(inside, hole)
        membrane = np.zeros_like(self.canvas.image)
        membrane[box] = inside
        return membrane

    def _taken_over(self, coarser: PatchSearch) -> Numbers:
        """The matches of the half-size level, doubled; -1 where that is outside the picture."""
        from_y = np.minimum(self.y // 2, coarser.rows - 1)
        from_x = np.minimum(self.x // 2, coarser.columns - 1)
        found = coarser.dense[from_y * coarser.columns + from_x]
        to_y = 2 * (found // coarser.columns) + self.y - 2 * from_y
        to_x = 2 * (found % coarser.columns) + self.x - 2 * from_x
        return np.where(found >= 0, self._place(to_y, to_x), -1)

    def _search_in_full(
        self, known: Floats, base: Floats, givers: Numbers, wide: Floats, costs: Floats
    ) -> None:
        """The nearest of all known patches: sum w (t - s)^2 = ... - 2 (w t) s + w s^2; the last is
        base, (targets, givers). costs: room for as many, kept from round to round.
        """
        wanted = self._patches_at(self.current, self.targets)
        weighted = wide * wanted
        weighted *= np.float32(-2)
        np.matmul(weighted, known.T, out=costs)
        costs += base
        index = costs.argmin(1)
        best = costs[np.arange(len(costs)), index]
        own = np.einsum("np,np->n", weighted, wanted)
        own *= np.float32(-0.5)
        self.distances = np.maximum(own + best, 0)
        self.dense[self.targets] = givers[index]

    def _search_nearby(self, wide: Floats) -> None:
        wanted = self._patches_at(self.current, self.targets)
        best = self.dense[self.targets]
        self.distances = self._cost(wanted, wide, best)
        self.distances[~self._may_give(best)] = np.inf

        def consider(candidate: Numbers) -> None:
            tried = np.flatnonzero((candidate != best) & self._may_give(candidate))
            cost = self._cost(wanted[tried], wide[tried], candidate[tried])
            better = cost < self.distances[tried]
            self.distances[tried[better]] = cost[better]
            best[tried[better]] = candidate[tried[better]]

        for down, right in NEIGHBOURS:
            self.dense[self.targets] = best
            beside = self._place(self.y + down, self.x + right)
            found = np.where(beside >= 0, self.dense[beside], -1)
            moved = self._place(found // self.columns - down, found % self.columns - right)
            consider(np.where(found >= 0, moved, -1))
        for radius in RADII_PX:
            down, right = self.random.between(-radius, radius + 1, (2, len(best)))
            here = np.where(best >= 0, best, self.targets)
            consider(self._place(here // self.columns + down, here % self.columns + right))
        self.dense[self.targets] = best

    def _cost(self, wanted: Floats, wide: Floats, candidate: Numbers) -> Floats:
        """Weighted squared difference to the candidates."""
        apart = self._patches_at(self.canvas.image, candidate)
        apart -= wanted
        cost: Floats = np.einsum("np,np->n", wide * apart, apart)
        return cost

    def _may_give(self, places: Numbers) -> Flags:
        found: Flags = self.can_give[places] & (places >= 0)
        return found

    def _place(self, y: Numbers, x: Numbers) -> Numbers:
        inside = (y >= 0) & (y < self.rows) & (x >= 0) & (x < self.columns)
        return np.where(inside, y * self.columns + x, -1)

    def _vote(self) -> None:
        """Every pixel of the hole becomes the mean of what the patches over it hold there."""
        self.votes = total, count, box = self._count_votes()
        self.current = self.current.copy()
        voted = self.canvas.hole[box] & (count > 0)
        self.current[box][voted] = total[voted] / count[voted][:, None]

    def _count_votes(self) -> Votes:
        """Weighted colours (h, w, 3) and weights (h, w) summed over the matches, and the box of the
        level that they cover: the hole and a patch's width around it.
        """
        top, left = int(self.y.min()), int(self.x.min())
        rows, columns = int(self.y.max()) - top + 1, int(self.x.max()) - left + 1
        at = (self.y - top) * columns + self.x - left
        first = np.zeros(rows * columns, np.int64)
        first[at] = self._first_pixels(self.dense[self.targets])
        shares = np.zeros((rows * columns, 4), np.float32)
        shares[at] = self._vote_weights()[:, None]
        size = (rows + PATCH_PX - 1, columns + PATCH_PX - 1)
        total = np.zeros((size[0], size[1] * 4), np.float32)
        votes = np.empty_like(shares)
        for down in range(PATCH_PX):
            for right in range(PATCH_PX):
                places = first + (down * self.canvas.size[1] + right)
                np.take(self.countable, places, 0, out=votes, mode="clip")  # others are buffered
                votes *= shares
                covered = total[down : down + rows, 4 * right : 4 * (right + columns)]
                covered += votes.reshape(rows, columns * 4)
        colors_and_count = total.reshape(*size, 4)
        box = (slice(top, top + size[0]), slice(left, left + size[1]))
        return colors_and_count[..., :3], colors_and_count[..., 3], box

    def _patches_at(self, values: Floats, places: Numbers) -> Floats:
        """Of (H, W, C), (N, 49 * C): a row for each place; what -1 gets has no meaning."""
        height, width, channels = values.shape
        pixel_bytes = channels * values.itemsize
        # each run of a patch's pixels in a row is one item, which overlaps with the next
        runs = np.ndarray(
            (height * width - PATCH_PX + 1,),
            f"V{PATCH_PX * pixel_bytes}",
            np.ascontiguousarray(values).data,
            strides=(pixel_bytes,),
        )
        at = self._first_pixels(places)[:, None] + width * np.arange(PATCH_PX)
        rows: Floats = runs[at.ravel()].view(np.float32)
        return rows.reshape(len(places), PATCH_PX * PATCH_PX * channels)

    def _first_pixels(self, places: Numbers) -> Numbers:
        """Of patches, as flat indices into the picture; 0 for -1."""
        places = np.maximum(places, 0)
        first: Numbers = places + places // self.columns * (PATCH_PX - 1)
        return first

    def _vote_weights(self) -> Floats:
        """How much each target's match counts: more the better it fits and the surer the target."""
        there = self.dense[self.targets] >= 0
        if not there.any():
            return np.zeros(len(there), np.float32)
        spread = max(float(np.quantile(self.distances[there], 0.75)), 1e-6)
        weight: Floats = np.exp(self.distances / np.float32(-2 * spread))
        weight += np.float32(1e-9)
        weight *= there * self.sureness**SURENESS_POWER
        return weight


def _confidence(hole: Flags) -> Floats:
    """1 where known, falling with the distance to what is known: (H, W)."""
    inside = hole.astype(np.float32)
    confidence = 1 - inside
    ring = 0
    while inside.any() and ring < 4 * SURE_PX:
        within = erode(inside)
        confidence[inside > within] = np.exp(-(ring + 1) / SURE_PX)
        inside, ring = within, ring + 1
    confidence[inside > 0] = np.exp(-4.0)
    return confidence
