"""Shifts by which a hole may be filled with copies of the picture.

By some shifts many patches of a picture are found again elsewhere in it, since things repeat (He
and Sun 2012, https://doi.org/10.1007/978-3-642-33709-3_2). Those are the candidates, and those that
a patch search of the hole has settled on.
"""

from __future__ import annotations

import numpy as np

from ...images.color.icc_profile import Floats
from .pyramid import Canvas, Flags, Numbers, over_windows, whole_squares
from .random_numbers import RandomNumbers

OF_PICTURE, OF_SEARCH, TO_REACH = 24, 24, 8  # how many of each kind
SQUARE_PX = 8  # of the patches that are compared
QUERIES = 500  # of them that are looked for
FEATURES = 24  # principal components that stand for them
NEAREST_SHARE = 1 / 15  # of the long side: by less a patch would only find itself
PEAK_PX = 5  # side of the window in which one shift is kept
Shifts = Numbers  # (K, 2), rows and columns


def candidate_shifts(
    canvas: Canvas, matched: Shifts, random: RandomNumbers, *, at_most: int
) -> Shifts:
    """Distinct shifts: frequent ones of the picture and of `matched`, those that a search found
    for the hole, and what more of these it takes to reach as much of the hole as they can.
    at_most: how many, more than TO_REACH.
    """
    of_each = (at_most - TO_REACH) // 2
    shifts = np.concatenate(
        [
            _peaks(_repetitions(canvas, random), canvas.size, min(OF_PICTURE, of_each)),
            _peaks(matched, canvas.size, min(OF_SEARCH, of_each)),
        ]
    )
    shifts, others = np.unique(shifts, axis=0), np.unique(matched, axis=0)
    unreached = np.argwhere(canvas.hole)
    for _ in range(TO_REACH):
        unreached = unreached[~reaches(canvas, unreached, shifts).any(1)]
        if len(unreached) == 0 or len(others) == 0:
            break
        most = _reach(canvas, unreached, others).argmax()
        shifts = np.concatenate([shifts, others[most][None]])
    return shifts


def reaches(canvas: Canvas, places: Numbers, shifts: Shifts) -> Flags:
    """(N, K): whether each shift leads from a place (N, 2) to what may be copied."""
    y, x = (places[:, None, axis] + shifts[:, axis] for axis in (0, 1))
    return canvas.may_give(y, x)


def _reach(canvas: Canvas, places: Numbers, shifts: Shifts) -> Numbers:
    """(K,): from how many of places (N, 2) each shift leads to what may be copied; by a
    correlation, since N times K may be huge.
    """
    height, width = canvas.size
    size = (2 * height, 2 * width)
    asked = np.zeros((height, width))
    asked[places[:, 0], places[:, 1]] = 1.0
    usable = np.fft.rfft2(canvas.usable.astype(np.float64), size)
    counts = np.fft.irfft2(np.fft.rfft2(asked, size).conj() * usable, size)
    at_shifts = counts[shifts[:, 0] % size[0], shifts[:, 1] % size[1]]
    return np.rint(at_shifts).astype(np.int64)


def _repetitions(canvas: Canvas, random: RandomNumbers) -> Shifts:
    """From known patches to those most like them elsewhere, and back."""
    whole = whole_squares(canvas.usable, SQUARE_PX)
    y, x = np.nonzero(whole)
    if len(y) < 2:
        return np.zeros((0, 2), np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(
        canvas.image, (SQUARE_PX, SQUARE_PX), axis=(0, 1)
    )
    patches = windows[y, x].reshape(len(y), -1)
    patches -= patches.mean(0)
    features = _features(patches)
    asked = random.sample(len(y), QUERIES)
    costs = features[asked] @ features.T
    costs *= np.float32(-2)
    costs += np.square(features).sum(1)
    nearest = max(2, round(NEAREST_SHARE * max(canvas.size))) - 1
    number = np.full(whole.shape, -1)
    number[whole] = np.arange(len(y))
    for row, top, left in zip(costs, y[asked] - nearest, x[asked] - nearest, strict=True):
        across = slice(max(0, left), left + 2 * nearest + 1)
        beside = number[max(0, top) : top + 2 * nearest + 1, across]
        row[beside[beside >= 0]] = np.inf
    found = costs.argmin(1)
    shifts = np.stack([y[found] - y[asked], x[found] - x[asked]], 1)
    return np.concatenate([shifts, -shifts])


def _features(patches: Floats) -> Floats:
    """(N, C) to what they are compared by, (N, FEATURES) principal components; or, where there are
    none to be found, the patches as they are.
    """
    try:
        _, axes = np.linalg.eigh(patches.T @ patches)
    except np.linalg.LinAlgError:
        return patches  # where few of them differ, it may not converge
    features: Floats = patches @ axes[:, -FEATURES:]
    return features


def _peaks(shifts: Shifts, size: tuple[int, int], count: int) -> Shifts:
    """The most frequent shifts, no two of them close together; never (0, 0)."""
    height, width = size
    rows, columns = 2 * height + 1, 2 * width + 1
    at = (shifts[:, 0] + height) * columns + shifts[:, 1] + width
    votes = np.bincount(at, minlength=rows * columns).reshape(rows, columns).astype(np.float32)
    for _ in range(2):  # blurred, and so are less likely to tie
        votes = np.pad(votes, ((1, 1), (0, 0)))
        votes = ((votes[:-2] + 2 * votes[1:-1] + votes[2:]) / 4).T
    highest = over_windows(np.maximum, np.pad(votes, PEAK_PX // 2), PEAK_PX)
    votes = np.where(votes == highest, votes, np.float32(0))
    votes[height, width] = 0.0
    y, x = np.nonzero(votes)
    best = np.argsort(-votes[y, x], kind="stable")[:count]
    return np.stack([y[best] - height, x[best] - width], 1)
