"""Shifts by which a hole may be filled with copies of the picture.

By some shifts many patches of a picture are found again elsewhere in it, since things repeat (He
and Sun 2012, https://doi.org/10.1007/978-3-642-33709-3_2). Those are the candidates, and those that
a patch search of the hole has settled on.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .pyramid import Canvas, whole_squares

OF_PICTURE, OF_SEARCH, TO_REACH = 24, 24, 8  # how many of each kind
SQUARE_PX = 8  # of the patches that are compared
QUERIES = 500  # of them that are looked for
FEATURES = 24  # principal components that stand for them
NEAREST_SHARE = 1 / 15  # of the long side: by less a patch would only find itself
PEAK_PX = 5  # side of the window in which one shift is kept
Shifts = torch.Tensor  # (K, 2) int64 in rows and columns


def candidate_shifts(
    canvas: Canvas, matched: Shifts, generator: torch.Generator, *, at_most: int
) -> Shifts:
    """Distinct shifts: frequent ones of the picture and of `matched`, those that a search found
    for the hole, and what more of these it takes to reach as much of the hole as they can.
    at_most: how many, more than TO_REACH.
    """
    of_each = (at_most - TO_REACH) // 2
    shifts = torch.cat(
        [
            _peaks(_repetitions(canvas, generator), canvas.size, min(OF_PICTURE, of_each)),
            _peaks(matched, canvas.size, min(OF_SEARCH, of_each)),
        ]
    )
    shifts = torch.unique(shifts, dim=0)
    unreached = canvas.hole[0, 0].nonzero()
    others = torch.unique(matched, dim=0)
    for _ in range(TO_REACH):
        unreached = unreached[~reaches(canvas, unreached, shifts).any(1)]
        if len(unreached) == 0 or len(others) == 0:
            break
        most = _reach(canvas, unreached, others).argmax()
        shifts = torch.cat([shifts, others[most][None]])
    return shifts


def reaches(canvas: Canvas, places: torch.Tensor, shifts: Shifts) -> torch.Tensor:
    """(N, K) bool: whether each shift leads from a place (N, 2) to what may be copied."""
    y, x = (places[:, None] + shifts).unbind(-1)
    return canvas.may_give(y, x)


def _reach(canvas: Canvas, places: torch.Tensor, shifts: Shifts) -> torch.Tensor:
    """(K,) int64: from how many of places (N, 2) each shift leads to what may be copied; by a
    correlation, since N times K may be huge.
    """
    height, width = canvas.size
    size = (2 * height, 2 * width)
    asked = torch.zeros(height, width, dtype=torch.float64)
    asked[places[:, 0], places[:, 1]] = 1.0
    usable = torch.fft.rfft2(canvas.usable[0, 0].double(), size)
    counts = torch.fft.irfft2(torch.fft.rfft2(asked, size).conj() * usable, size)
    at_shifts: torch.Tensor = counts[shifts[:, 0] % size[0], shifts[:, 1] % size[1]]
    return at_shifts.round().long()


def _repetitions(canvas: Canvas, generator: torch.Generator) -> Shifts:
    """From known patches to those most like them elsewhere, and back."""
    whole = whole_squares(canvas.usable, SQUARE_PX)[0, 0]
    givers = whole.flatten().nonzero()[:, 0]
    if len(givers) < 2:
        return torch.zeros(0, 2, dtype=torch.long)
    patches = F.unfold(canvas.image, SQUARE_PX)[0].index_select(1, givers)
    features = _features(patches - patches.mean(1, keepdim=True))
    asked = torch.randperm(len(givers), generator=generator)[:QUERIES]
    costs = torch.addmm(features.square().sum(1), features[asked], features.T, alpha=-2.0)
    y, x = givers // whole.shape[1], givers % whole.shape[1]
    nearest = max(2, round(NEAREST_SHARE * max(canvas.size)))
    beside = [
        (at[asked, None] - torch.arange(side)).abs() < nearest
        for at, side in ((y, whole.shape[0]), (x, whole.shape[1]))
    ]
    found = costs.masked_fill_(beside[0][:, y] & beside[1][:, x], torch.inf).argmin(1)
    shifts = torch.stack([y[found] - y[asked], x[found] - x[asked]], 1)
    return torch.cat([shifts, -shifts])


def _features(patches: torch.Tensor) -> torch.Tensor:
    """(C, N) to what they are compared by, (N, FEATURES) principal components; or, where there are
    none to be found, (N, C) as they are.
    """
    try:
        _, axes = torch.linalg.eigh(patches @ patches.T)
    except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
        return patches.T  # where few of them differ, it may not converge
    features: torch.Tensor = (axes[:, -FEATURES:].T @ patches).T
    return features


def _peaks(shifts: Shifts, size: tuple[int, int], count: int) -> Shifts:
    """The most frequent shifts, no two of them close together; never (0, 0)."""
    height, width = size
    votes = torch.zeros(2 * height + 1, 2 * width + 1)
    at = (shifts[:, 0] + height, shifts[:, 1] + width)
    votes.index_put_(at, torch.ones(len(shifts)), accumulate=True)
    blur = votes.new_tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]])[None, None] / 16
    votes = F.conv2d(votes[None, None], blur, padding=1)
    highest = F.max_pool2d(votes, PEAK_PX, stride=1, padding=PEAK_PX // 2)
    votes = torch.where(votes == highest, votes, 0.0)[0, 0]
    votes[height, width] = 0.0
    best, places = votes.flatten().topk(min(count, votes.numel()))
    places = places[best > 0]
    rows = 2 * width + 1
    return torch.stack([places // rows - height, places % rows - width], 1)
