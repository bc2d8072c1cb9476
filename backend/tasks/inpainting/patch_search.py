"""Fill a hole with patches of the picture's known part, coarse to fine.

Wexler, Shechtman and Irani 2007 (https://doi.org/10.1109/TPAMI.2007.60): in turn, every patch that
touches the hole looks for its nearest known patch, and the hole's pixels become the weighted mean
of what the found patches hold there. Coarse levels are searched in full; finer ones start from the
matches of the level below and try those of neighbours and random places nearby (PatchMatch, Barnes
et al. 2009, https://doi.org/10.1145/1531326.1531330). At the end, what the patches miss of the
known pixels around the hole is spread over it as a membrane (Perez et al. 2003,
https://doi.org/10.1145/882262.882269), so that no seam is left.

A patch is named by its top left pixel, as a flat index into the grid of all places where one fits.
"""

from __future__ import annotations

from types import EllipsisType

import torch
import torch.nn.functional as F

from .diffusion_fill import relax
from .pyramid import PATCH_PX, Canvas, erode, fill_hidden
from .shift_candidates import Shifts

EXHAUSTIVE_PAIRS = 4_000_000  # pairs of patches up to which a level is searched in full
STRONGEST = 3  # matches of a pixel that count as found for it
ROUNDS_COARSE, ROUNDS_FINE = 5, 2
NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 3), (3, 0), (0, -3), (-3, 0))
RADII_PX = (32, 8, 2)  # of random search around the best match so far
SURE_PX = 0.8  # a hole's pixel this far from its edge counts 1 / e of a known one
SURENESS_POWER = 2.0  # of a patch's sureness in votes: structure grows inward from the edge


class PatchSearch:
    """The matches of the patches that touch one level's hole (N of them), and the picture they
    make. dense: matches of all places, -1 where there is none.
    """

    def __init__(self, canvas: Canvas, generator: torch.Generator) -> None:
        self.canvas, self.generator = canvas, generator
        height, width = canvas.size
        self.rows, self.columns = height - PATCH_PX + 1, width - PATCH_PX + 1
        self.current = canvas.image
        self.can_give = canvas.whole_patches.flatten()
        touches = F.max_pool2d(canvas.hole.to(canvas.image.dtype), PATCH_PX, stride=1) > 0
        self.targets = touches.flatten().nonzero()[:, 0]
        self.confidence = _confidence(canvas.hole, canvas.image.dtype)
        self.dense = torch.full((self.rows * self.columns,), -1)
        self.distances = torch.full((len(self.targets),), torch.inf)

    def run(self, coarser: PatchSearch | None) -> None:
        """Search and vote until the rounds are over, starting from the level below."""
        canvas = self.canvas
        patches = _patches(canvas.image)  # (places, 147); only known ones are ever taken
        givers = self.can_give.nonzero()[:, 0]
        in_full = len(self.targets) * len(givers) <= EXHAUSTIVE_PAIRS
        weights = self._patches_at(self.confidence, self.targets)
        self.sureness = weights.mean(1)
        weights = weights / weights.sum(1, keepdim=True)
        if coarser is not None:
            larger = F.interpolate(coarser.current, canvas.size, mode="bilinear")
            self.current = torch.where(canvas.hole, larger, canvas.image)
            self.dense[self.targets] = self._taken_over(coarser)
        if in_full:
            known = patches.index_select(0, givers)
            squares = known.square().view(len(known), patches.shape[1] // weights.shape[1], -1)
            base = weights @ squares.sum(1).T
            for _ in range(ROUNDS_COARSE):
                wanted = self._patches_at(self.current, self.targets)
                self._search_in_full(known, base, givers, wanted, weights)
                self._vote()
            return
        for _ in range(ROUNDS_FINE):
            self._search_nearby(patches, self._patches_at(self.current, self.targets), weights)
            self._vote()

    def filled(self) -> torch.Tensor:
        """The picture (1, 3, H, W) that the matches make, fitted to the hole's edge."""
        fitted = (self.current + self._membrane()).clamp(0, 1)
        return torch.where(self.canvas.hole, fitted, self.canvas.image)

    def missed(self) -> torch.Tensor:
        """By how much the matches miss the known pixels that they cover, too; (1, 3, H, W), NaN
        elsewhere.
        """
        total, count, box = self._votes()
        missed = torch.full_like(self.canvas.image, torch.nan)
        known = ~self.canvas.hole[box] & (count[:, :1] > 0)
        missed[box] = torch.where(known, total / count - self.canvas.image[box], torch.nan)
        return missed

    def matched_shifts(self) -> Shifts:
        """How far away the colours lie that each pixel of the hole mostly takes; without (0, 0)."""
        weight = torch.zeros_like(self.dense, dtype=self.distances.dtype)
        weight[self.targets] = self._vote_weights()
        y, x = self.canvas.hole[0, 0].nonzero().T
        votes, shifts = [], []
        for down in range(PATCH_PX):
            for right in range(PATCH_PX):
                place = self._place(y - down, x - right)
                found = torch.where(place >= 0, self.dense[place.clamp(min=0)], -1)
                votes.append(torch.where(found >= 0, weight[place.clamp(min=0)], 0.0))
                row, column = found // self.columns + down, found % self.columns + right
                shifts.append(torch.stack([row - y, column - x], dim=1))
        best, index = torch.stack(votes, dim=1).topk(STRONGEST, dim=1)
        chosen = torch.stack(shifts, dim=1).gather(1, index[..., None].expand(-1, -1, 2))
        chosen = chosen[best > 0]
        return chosen[chosen.any(1)]

    def _membrane(self) -> torch.Tensor:
        """What is to be added in the hole (1, 3, H, W) so that its border fits: smooth inside, and
        at the border what the known pixels exceed the patches over them by.
        """
        missed = self.missed()
        known = (~missed.isnan().any(1, keepdim=True)).to(missed.dtype)
        return relax(fill_hidden(-missed.nan_to_num(0.0), known), self.canvas.hole)

    def _taken_over(self, coarser: PatchSearch) -> torch.Tensor:
        """The matches of the half-size level, doubled; -1 where that is no known patch."""
        y, x = self.targets // self.columns, self.targets % self.columns
        from_y = (y // 2).clamp(max=coarser.rows - 1)
        from_x = (x // 2).clamp(max=coarser.columns - 1)
        found = coarser.dense[from_y * coarser.columns + from_x]
        to_y = 2 * (found // coarser.columns) + y - 2 * from_y
        to_x = 2 * (found % coarser.columns) + x - 2 * from_x
        return torch.where(found >= 0, self._place(to_y, to_x), -1)

    def _search_in_full(
        self,
        known: torch.Tensor,
        base: torch.Tensor,
        givers: torch.Tensor,
        wanted: torch.Tensor,
        weights: torch.Tensor,
    ) -> None:
        """The nearest of all known patches: sum w (t - s)^2 = ... - 2 (w t) s + w s^2; the last is
        base, (targets, givers).
        """
        wide = weights.repeat(1, wanted.shape[1] // weights.shape[1])
        costs = torch.addmm(base, wide * wanted, known.T, alpha=-2.0)
        best, index = costs.min(dim=1)
        self.distances = ((wide * wanted.square()).sum(1) + best).clamp(min=0)
        self.dense[self.targets] = givers[index]

    def _search_nearby(
        self, patches: torch.Tensor, wanted: torch.Tensor, weights: torch.Tensor
    ) -> None:
        wide = weights.repeat(1, wanted.shape[1] // weights.shape[1])
        y, x = self.targets // self.columns, self.targets % self.columns
        best = self.dense[self.targets]
        self.distances = self._cost(patches, wanted, wide, best)

        def consider(candidate: torch.Tensor) -> None:
            nonlocal best
            cost = self._cost(patches, wanted, wide, candidate)
            better = cost < self.distances
            self.distances = torch.where(better, cost, self.distances)
            best = torch.where(better, candidate, best)

        for down, right in NEIGHBOURS:
            self.dense[self.targets] = best
            beside = self._place(y + down, x + right)
            found = torch.where(beside >= 0, self.dense[beside.clamp(min=0)], -1)
            moved = self._place(found // self.columns - down, found % self.columns - right)
            consider(torch.where(found >= 0, moved, -1))
        for radius in RADII_PX:
            jump = torch.randint(-radius, radius + 1, (2, len(y)), generator=self.generator)
            here = torch.where(best >= 0, best, self.targets)
            consider(self._place(here // self.columns + jump[0], here % self.columns + jump[1]))
        self.dense[self.targets] = best

    def _cost(
        self,
        patches: torch.Tensor,
        wanted: torch.Tensor,
        wide: torch.Tensor,
        candidate: torch.Tensor,
    ) -> torch.Tensor:
        """Weighted squared difference to the candidates, infinite where they may not give."""
        allowed = self.can_give[candidate.clamp(min=0)] & (candidate >= 0)
        index = allowed.nonzero()[:, 0]
        found = patches.index_select(0, candidate[index])
        if len(index) < len(candidate):
            wanted, wide = wanted[index], wide[index]
        cost = torch.full((len(candidate),), torch.inf, dtype=wanted.dtype)
        cost[index] = found.sub_(wanted).square_().mul_(wide).sum(1)
        return cost

    def _place(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        inside = (y >= 0) & (y < self.rows) & (x >= 0) & (x < self.columns)
        return torch.where(inside, y * self.columns + x, -1)

    def _vote(self) -> None:
        """Every pixel of the hole becomes the mean of what the patches over it hold there."""
        total, count, box = self._votes()
        new = torch.where(count > 0, total / count.clamp(min=1e-12), self.current[box])
        self.current = self.current.clone()
        self.current[box] = torch.where(self.canvas.hole[box], new, self.current[box])

    def _votes(
        self,
    ) -> tuple[torch.Tensor, torch.Tensor, tuple[EllipsisType, slice, slice]]:
        """Weighted colours and weights (1, C, h, w) summed over the matches, and the box of the
        level that they cover: the hole and a patch's width around it.
        """
        found, weight = self.dense[self.targets], self._vote_weights()
        y, x = self.targets // self.columns, self.targets % self.columns
        top, left = int(y.min()), int(x.min())
        rows, columns = int(y.max()) - top + 1, int(x.max()) - left + 1
        at = (y - top) * columns + x - left
        size = (rows + PATCH_PX - 1, columns + PATCH_PX - 1)
        colours = self._patches_at(self.canvas.image, found.clamp(min=0)) * weight[:, None]
        votes = colours.new_zeros(rows * columns, colours.shape[1])
        votes[at] = colours
        shares = colours.new_zeros(rows * columns, PATCH_PX * PATCH_PX)
        shares[at] = weight[:, None].expand(-1, PATCH_PX * PATCH_PX)
        total = F.fold(votes.T[None], size, PATCH_PX)
        count = F.fold(shares.T[None], size, PATCH_PX)
        return total, count, (..., slice(top, top + size[0]), slice(left, left + size[1]))

    def _patches_at(self, image: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Of (1, C, H, W), (N, C * 49): what _patches has there, without making all others."""
        width = self.canvas.size[1]
        first = places // self.columns * width + places % self.columns
        y, x = torch.arange(PATCH_PX)[:, None], torch.arange(PATCH_PX)
        pixels = image[0].flatten(1)[:, first[:, None] + (y * width + x).flatten()]  # (C, N, 49)
        return pixels.transpose(0, 1).flatten(1)

    def _vote_weights(self) -> torch.Tensor:
        """How much each target's match counts: more the better it fits and the surer the target."""
        there = self.dense[self.targets] >= 0
        spread = self.distances[there].quantile(0.75).clamp(min=1e-6)
        weight = (torch.exp(-self.distances / (2 * spread)) + 1e-9) * there
        return weight * self.sureness**SURENESS_POWER


def _patches(image: torch.Tensor) -> torch.Tensor:
    """(1, C, H, W) to (places, C * 49), channel after channel."""
    return F.unfold(image, PATCH_PX)[0].T.contiguous()


def _confidence(hole: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """1 where known, falling with the distance to what is known: (1, 1, H, W)."""
    confidence = (~hole).to(dtype)
    left, ring = hole, 0
    inside = hole.to(dtype)
    while bool(left.any()) and ring < 4 * SURE_PX:
        inside = erode(inside)
        rim = left & (inside == 0)
        confidence = torch.where(rim, torch.exp(torch.tensor(-(ring + 1) / SURE_PX)), confidence)
        left, ring = inside > 0, ring + 1
    return torch.where(left, torch.exp(torch.tensor(-4.0)), confidence)
