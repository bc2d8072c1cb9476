"""Curves in the plane of content and style loss, and what is said of them.

Losses are compared as means over the photos, on logarithmic scales. An interval is the bootstrap's:
the photos are drawn anew, with replacement, and all curves are made of the same draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]  # (photos, points, columns), content and style the first two
Means = npt.NDArray[np.float64]  # (points, columns)
Statistic = Callable[[Sequence[Means]], float]

DRAWS, SEED = 1000, 1
PERCENTILES = (2.5, 97.5)
LEAST = 1e-12  # of a loss, so that it has a logarithm


def decide(
    statistic: Statistic, curves: Sequence[Values]
) -> tuple[float | None, tuple[float, float] | None]:
    """The statistic of all photos and its interval; None where it gives no number. All curves are
    of the same photos.
    """
    value = statistic([curve.mean(axis=0) for curve in curves])
    if not np.isfinite(value):
        return None, None
    random, photos = np.random.default_rng(SEED), len(curves[0])
    found = []
    for _ in range(DRAWS):
        drawn = random.integers(photos, size=photos)
        found.append(statistic([curve[drawn].mean(axis=0) for curve in curves]))
    sound = [number for number in found if np.isfinite(number)]
    low, high = (float(end) for end in np.percentile(sound, PERCENTILES))
    return float(value), (low, high)


def style_gaps(curve: Means, reference: Means) -> npt.NDArray[np.float64]:
    """By how much the logarithm of each point's style loss lies above the reference's at the same
    content loss, (points,); between its points that is straight. NaN where the reference has no
    such content loss.
    """
    own, other = _logarithms(curve), _logarithms(reference)
    order = np.argsort(other[:, 0], kind="stable")
    content, style = other[order, 0], other[order, 1]
    inside = (own[:, 0] >= content[0]) & (own[:, 0] <= content[-1])
    gaps: npt.NDArray[np.float64] = own[:, 1] - np.interp(own[:, 0], content, style)
    return np.where(inside, gaps, np.nan)


def median_gap(curve: Means, reference: Means) -> float:
    """The median of the absolute gaps; NaN where nothing can be compared."""
    return _of_those(np.median, np.abs(style_gaps(curve, reference)))


def middle_gap(curve: Means, reference: Means) -> float:
    """The median of the gaps with their signs; NaN where nothing can be compared."""
    return _of_those(np.median, style_gaps(curve, reference))


def least_gap(curve: Means, reference: Means) -> float:
    """The least of the gaps; NaN where nothing can be compared."""
    return _of_those(np.min, style_gaps(curve, reference))


def count_inside(curve: Means, reference: Means) -> int:
    """How many points can be compared."""
    return int(np.isfinite(style_gaps(curve, reference)).sum())


def are_most_inside(curve: Values, reference: Values) -> bool:
    """Whether at least half of the points can be compared: of fewer nothing is said to hold."""
    inside = count_inside(curve.mean(axis=0), reference.mean(axis=0))
    return 2 * inside >= int(curve.shape[1])


def find_nearest(curve: Means, reference: Means) -> list[int]:
    """For each point the place of the reference's nearest one."""
    own, other = _logarithms(curve), _logarithms(reference)
    distances = np.square(own[:, None] - other[None]).sum(axis=-1)
    return [int(place) for place in distances.argmin(axis=1)]


def list_rows(points: Sequence[float], values: Values) -> tuple[tuple[float, ...], ...]:
    """Each point with its means."""
    means = values.mean(axis=0).tolist()
    return tuple((float(point), *row) for point, row in zip(points, means, strict=True))


def _logarithms(means: Means) -> npt.NDArray[np.float64]:
    logarithms: npt.NDArray[np.float64] = np.log(np.maximum(means[:, :2], LEAST))
    return logarithms


def _of_those(
    reduce: Callable[[npt.NDArray[np.float64]], np.float64], gaps: npt.NDArray[np.float64]
) -> float:
    known = gaps[np.isfinite(gaps)]
    return float(reduce(known)) if len(known) else float("nan")
