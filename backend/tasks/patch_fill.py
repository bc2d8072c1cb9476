"""Fill a hole with patches of the picture's known part, coarse to fine.

Wexler, Shechtman and Irani 2007 (https://doi.org/10.1109/TPAMI.2007.60): in turn, every patch that
touches the hole looks for its nearest known patch, and the hole's pixels become the weighted mean
of what the found patches hold there. Coarse levels are searched in full; finer ones start from the
matches of the level below and try those of neighbours and random places nearby (PatchMatch, Barnes
et al. 2009, https://doi.org/10.1145/1531326.1531330). At the end, what the patches miss of the
known pixels around the hole is spread over it as a membrane (Perez et al. 2003,
https://doi.org/10.1145/882262.882269), so that no seam is left. Equal inputs and seeds give equal
fills.

A patch is named by its top left pixel, as a flat index into the grid of all places where one fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType

import torch
import torch.nn.functional as F

from ..images import fill_hidden

PATCH_PX = 7
COARSEST_PX = 16  # no level has a shorter side
EXHAUSTIVE_PAIRS = 4_000_000  # pairs of patches up to which a level is searched in full
SEARCHED_PATCHES = 40_000  # patches over the hole up to which a level is searched at all
MEAN_VOTES = 3  # matches mixed in each pixel of a level that is not searched
ROUNDS_COARSE, ROUNDS_FINE = 5, 2
NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 3), (3, 0), (0, -3), (-3, 0))
RADII_PX = (32, 8, 2)  # of random search around the best match so far
SURE_PX = 0.8  # a hole's pixel this far from its edge counts 1 / e of a known one
SURENESS_POWER = 2.0  # of a patch's sureness in votes: structure grows inward from the edge
MEMBRANE_ROUNDS = 100  # of smoothing: a few pixels at the border are what they are for
FILL_VERSION = 2  # rises when fills change, so that kept ones are made anew


@dataclass(frozen=True)
class _Level:
    """A picture at one size. image (1, 3, H, W) with a first guess in the hole; hole, usable
    (1, 1, H, W) bool: what is to be filled, and what patches may be taken from.
    """

    image: torch.Tensor
    hole: torch.Tensor
    usable: torch.Tensor


@dataclass(frozen=True)
class PatchFill:
    """Two fills (1, 3, H, W) by the same matches. mean: of all that overlap at a pixel, true to the
    colours but soft. detailed: the strongest one alone, as sharp as what it was taken from.
    """

    mean: torch.Tensor
    detailed: torch.Tensor


def fill_with_patches(
    image: torch.Tensor,
    hole: torch.Tensor,
    *,
    usable: torch.Tensor | None = None,
    seed: int = 0,
) -> PatchFill:
    """Fill the hole (1, 1, H, W) bool of an image (1, 3, H, W); what is known stays as it is.

    usable: (1, 1, H, W) bool, where patches may be taken from; None: wherever there is no hole.
    Where no whole patch is known, the hole takes the mean colours around it. All on the CPU.
    """
    usable = ~hole if usable is None else usable & ~hole
    with torch.inference_mode():
        first_guess = fill_hidden(image, (~hole).to(image.dtype))
        if min(image.shape[-2:]) < PATCH_PX or not bool(_whole(usable).any()):
            return PatchFill(first_guess, first_guess)
        generator = torch.Generator().manual_seed(seed)
        previous: _Search | None = None
        levels = _pyramid(_Level(first_guess, hole, usable))
        factor = 2 ** len(levels)  # of the finest level's size to the searched one's
        for level in levels:
            search = _Search(level, generator)
            if previous is not None and len(search.targets) > SEARCHED_PATCHES:
                break
            search.run(previous)
            previous, factor = search, factor // 2
        assert previous is not None
        detailed = _copied(previous, levels[-1], factor, votes=1)
        mean = previous.current
        if factor > 1:
            mean = _copied(previous, levels[-1], factor, votes=MEAN_VOTES)
        size = (image.shape[-2], image.shape[-1])
        membrane = F.interpolate(previous.membrane(), size, mode="bilinear")
        return PatchFill(
            torch.where(hole, (mean + membrane).clamp(0, 1), image),
            torch.where(hole, (detailed + membrane).clamp(0, 1), image),
        )


def _pyramid(finest: _Level) -> list[_Level]:
    """From coarse to fine. A coarse pixel is in the hole where any of its four is."""
    levels = [finest]
    while min(levels[0].image.shape[-2:]) >= 2 * COARSEST_PX:
        fine = levels[0]
        known = (~fine.hole).to(fine.image.dtype)
        share = F.avg_pool2d(known, 2)
        image = F.avg_pool2d(fine.image * known, 2) / share.clamp(min=0.25)
        usable = F.avg_pool2d(fine.usable.to(fine.image.dtype), 2) == 1
        if not bool(_whole(usable).any()):
            break
        hole = share < 1
        levels.insert(0, _Level(fill_hidden(image, share.floor()), hole, usable))
    return levels


def _copied(search: _Search, finest: _Level, factor: int, *, votes: int) -> torch.Tensor:
    """The finest level filled by a search that was made at 1 / factor of its size: each pixel mixes
    what the strongest matches of its place hold there, in full detail.
    """
    weights, steps = search.strongest(votes)  # (places, K), (places, K, 2)
    places = search.level.hole[0, 0].nonzero()
    index = torch.zeros(search.level.hole.shape[-2:], dtype=torch.long)
    index[places[:, 0], places[:, 1]] = torch.arange(len(places))
    height, width = finest.image.shape[-2:]
    y, x = finest.hole[0, 0].nonzero().T
    at = index[
        (y // factor).clamp(max=index.shape[0] - 1), (x // factor).clamp(max=index.shape[1] - 1)
    ]
    colours = finest.image[0].flatten(1).T.contiguous()  # (pixels, 3)
    mixed = colours.new_zeros(len(y), 3)
    for vote in range(weights.shape[1]):
        step = steps[at, vote] * factor
        from_y = (y + step[:, 0]).clamp(0, height - 1)
        from_x = (x + step[:, 1]).clamp(0, width - 1)
        mixed += weights[at, vote, None] * colours[from_y * width + from_x]
    filled = finest.image.clone()
    found = weights[at].sum(1) > 0  # else the first guess stays
    filled[0, :, y[found], x[found]] = mixed[found].T
    return filled


class _Search:
    """The matches of the patches that touch one level's hole (N of them), and the picture they
    make. dense: matches of all places, -1 where there is none.
    """

    def __init__(self, level: _Level, generator: torch.Generator) -> None:
        self.level, self.generator = level, generator
        height, width = level.image.shape[-2:]
        self.rows, self.columns = height - PATCH_PX + 1, width - PATCH_PX + 1
        self.current = level.image
        self.can_give = _whole(level.usable).flatten()
        touches = F.max_pool2d(level.hole.to(level.image.dtype), PATCH_PX, stride=1) > 0
        self.targets = touches.flatten().nonzero()[:, 0]
        self.confidence = _confidence(level.hole, level.image.dtype)
        self.dense = torch.full((self.rows * self.columns,), -1)
        self.distances = torch.full((len(self.targets),), torch.inf)

    def run(self, coarser: _Search | None) -> None:
        """Search and vote until the rounds are over, starting from the level below."""
        level = self.level
        patches = _patches(level.image)  # (places, 147); only known ones are ever taken
        givers = self.can_give.nonzero()[:, 0]
        in_full = len(self.targets) * len(givers) <= EXHAUSTIVE_PAIRS
        weights = _patches(self.confidence).index_select(0, self.targets)
        self.sureness = weights.mean(1)
        weights = weights / weights.sum(1, keepdim=True)
        if coarser is not None:
            size = (level.image.shape[-2], level.image.shape[-1])
            larger = F.interpolate(coarser.current, size, mode="bilinear")
            self.current = torch.where(level.hole, larger, level.image)
            self.dense[self.targets] = self._taken_over(coarser)
        rounds = ROUNDS_COARSE if in_full else ROUNDS_FINE
        for _ in range(rounds):
            wanted = _patches(self.current).index_select(0, self.targets)
            if in_full:
                self._search_in_full(patches, givers, wanted, weights)
            else:
                self._search_nearby(patches, wanted, weights)
            self._vote(patches)

    def strongest(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """For every pixel of the hole the strongest votes: weights (M, count) that sum to 1, and
        how far away their colours lie, (M, count, 2) in rows and columns.
        """
        weight = torch.zeros_like(self.dense, dtype=self.distances.dtype)
        weight[self.targets] = self._vote_weights()
        y, x = self.level.hole[0, 0].nonzero().T
        votes, steps = [], []
        for down in range(PATCH_PX):
            for right in range(PATCH_PX):
                place = self._place(y - down, x - right)
                found = torch.where(place >= 0, self.dense[place.clamp(min=0)], -1)
                votes.append(torch.where(found >= 0, weight[place.clamp(min=0)], 0.0))
                row, column = found // self.columns + down, found % self.columns + right
                steps.append(torch.stack([row - y, column - x], dim=1))
        best, index = torch.stack(votes, dim=1).topk(count, dim=1)
        chosen = torch.stack(steps, dim=1).gather(1, index[..., None].expand(-1, -1, 2))
        return best / best.sum(1, keepdim=True).clamp(min=1e-30), chosen

    def membrane(self) -> torch.Tensor:
        """What is to be added in the hole (1, 3, H, W) so that its border fits: smooth inside, and
        at the border what the known pixels exceed the patches over them by.
        """
        total, count, box = self._votes(_patches(self.level.image))
        hole, image = self.level.hole[box], self.level.image[box]
        known = ~hole & (count[:, :1] > 0)
        missed = torch.where(known, image - total / count.clamp(min=1e-12), 0.0)
        surface = torch.where(known, missed, fill_hidden(missed, known.to(missed.dtype)))
        kernel = surface.new_tensor([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])[None, None]
        for _ in range(MEMBRANE_ROUNDS):
            around = F.pad(surface.transpose(0, 1), (1, 1, 1, 1), mode="replicate")
            surface = torch.where(hole, F.conv2d(around, kernel).transpose(0, 1), surface)
        whole = torch.zeros_like(self.level.image)
        whole[box] = surface
        return whole

    def _taken_over(self, coarser: _Search) -> torch.Tensor:
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
        patches: torch.Tensor,
        givers: torch.Tensor,
        wanted: torch.Tensor,
        weights: torch.Tensor,
    ) -> None:
        """The nearest of all known patches: sum w (t - s)^2 = ... - 2 (w t) s + w s^2."""
        channels = wanted.shape[1] // weights.shape[1]
        wide = weights.repeat(1, channels)
        known = patches.index_select(0, givers)
        squares = known.square().view(len(known), channels, -1).sum(1)
        costs = torch.addmm(weights @ squares.T, wide * wanted, known.T, alpha=-2.0)
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

    def _vote(self, patches: torch.Tensor) -> None:
        """Every pixel of the hole becomes the mean of what the patches over it hold there."""
        total, count, box = self._votes(patches)
        new = torch.where(count > 0, total / count.clamp(min=1e-12), self.current[box])
        self.current = self.current.clone()
        self.current[box] = torch.where(self.level.hole[box], new, self.current[box])

    def _votes(
        self, patches: torch.Tensor
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
        colours = patches.index_select(0, found.clamp(min=0)) * weight[:, None]
        votes = patches.new_zeros(rows * columns, colours.shape[1])
        votes[at] = colours
        shares = patches.new_zeros(rows * columns, PATCH_PX * PATCH_PX)
        shares[at] = weight[:, None].expand(-1, PATCH_PX * PATCH_PX)
        total = F.fold(votes.T[None], size, PATCH_PX)
        count = F.fold(shares.T[None], size, PATCH_PX)
        return total, count, (..., slice(top, top + size[0]), slice(left, left + size[1]))

    def _vote_weights(self) -> torch.Tensor:
        """How much each target's match counts: more the better it fits and the surer the target."""
        there = self.dense[self.targets] >= 0
        spread = self.distances[there].quantile(0.75).clamp(min=1e-6)
        weight = (torch.exp(-self.distances / (2 * spread)) + 1e-9) * there
        return weight * self.sureness**SURENESS_POWER


def _patches(image: torch.Tensor) -> torch.Tensor:
    """(1, C, H, W) to (places, C * 49), channel after channel."""
    return F.unfold(image, PATCH_PX)[0].T.contiguous()


def _whole(usable: torch.Tensor) -> torch.Tensor:
    """Where a patch fits that is usable in full: (1, 1, H - 6, W - 6) bool."""
    blocked = (~usable).to(torch.float32)
    if min(usable.shape[-2:]) < PATCH_PX:
        return usable.new_zeros(1, 1, 0, 0)
    return F.max_pool2d(blocked, PATCH_PX, stride=1) == 0


def _confidence(hole: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """1 where known, falling with the distance to what is known: (1, 1, H, W)."""
    confidence = (~hole).to(dtype)
    left, ring = hole, 0
    inside = hole.to(dtype)
    while bool(left.any()) and ring < 4 * SURE_PX:
        eroded = -F.max_pool2d(-F.pad(inside, (1, 1, 1, 1), value=1.0), 3, stride=1)
        rim = left & (eroded == 0)
        confidence = torch.where(rim, torch.exp(torch.tensor(-(ring + 1) / SURE_PX)), confidence)
        inside, left, ring = eroded, eroded > 0, ring + 1
    return torch.where(left, torch.exp(torch.tensor(-4.0)), confidence)
