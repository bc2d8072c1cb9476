"""Pictures and maps at another size, by the filters that Pillow and torch call antialiased.

Every output position is a weighted mean of the input positions around it; where the picture shrinks
the filter is as much wider, so that nothing fine is left to alias. The weights of a run of rows
form a narrow matrix, and so each axis is a few products of matrices: on photos of 12 megapixels
several times as fast as Pillow, to within float32 rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from .color.icc_profile import Floats

Doubles = npt.NDArray[np.float64]
RUN = 64  # output positions in one product: more would multiply by more zeros
CUBIC_A = -0.5  # of Keys' cubic, as antialiased filters have it


def bicubic(colors: Floats, size: tuple[int, int]) -> Floats:
    """Colours (H, W, 3) in [0, 1] to (*size, 3), in [0, 1]; the given ones where they fit."""
    if colors.shape[:2] == size:
        return colors
    resampled = _resample(colors.transpose(2, 0, 1), size, _cubic, 2.0)
    np.clip(resampled, 0, 1, out=resampled)  # cubics overshoot at edges
    interleaved: Floats = resampled.transpose(1, 2, 0)
    return interleaved


def bilinear(values: Floats, size: tuple[int, int]) -> Floats:
    """A map (H, W), or colours (H, W, C), to `size`; the given ones where they fit."""
    if values.shape[:2] == size:
        return values
    if values.ndim == 2:
        return _resample(values, size, _triangle, 1.0)
    planes = np.ascontiguousarray(np.moveaxis(values, 2, 0))
    return np.ascontiguousarray(np.moveaxis(_resample(planes, size, _triangle, 1.0), 0, 2))


def enlarged(
    values: Floats, size: tuple[int, int], box: tuple[slice, slice] = (slice(None), slice(None))
) -> Floats:
    """What bilinear() makes of colours (H, W, C) at a larger `size`, or a box of it."""
    for axis, (new, part) in enumerate(zip(size, box, strict=True)):
        old = values.shape[axis]
        places = np.clip((np.arange(new)[part] + 0.5) * (old / new) - 0.5, 0, old - 1)
        below = places.astype(np.intp)
        share = (places - below).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (-1, 1))
        low = np.take(values, below, axis)
        above = np.take(values, np.minimum(below + 1, old - 1), axis)
        above -= low
        above *= share
        values = np.add(low, above, out=low)
    return values


def halved(values: Floats) -> Floats:
    """The means of two by two places of (H, W) or (H, W, C), or of what is left of them at an odd
    edge.
    """
    height, width = values.shape[:2]
    if height % 2 or width % 2:
        around = ((0, height % 2), (0, width % 2), (0, 0))[: values.ndim]
        values = np.pad(values, around, mode="edge")
    down = values[0::2] + values[1::2]
    means = down[:, 0::2] + down[:, 1::2]
    means *= np.float32(0.25)
    return means


def _resample(
    planes: Floats, size: tuple[int, int], kernel: Callable[[Doubles], Doubles], support: float
) -> Floats:
    """(..., H, W) to (..., *size), along the axis first after which less is left to do."""
    height, width = size
    rows_first = height * planes.shape[-1] <= planes.shape[-2] * width
    for is_rows in (rows_first, not rows_first):
        old, new = planes.shape[-2 if is_rows else -1], height if is_rows else width
        if old == new:
            continue
        shape = (
            (*planes.shape[:-2], new, planes.shape[-1]) if is_rows else (*planes.shape[:-1], new)
        )
        resampled = np.empty(shape, np.float32)
        for out, given, weights in _runs(old, new, kernel, support):
            if is_rows:
                np.matmul(weights, planes[..., given, :], out=resampled[..., out, :])
            else:
                resampled[..., out] = planes[..., given] @ weights.T
        planes = resampled
    return planes


def _runs(
    old: int, new: int, kernel: Callable[[Doubles], Doubles], support: float
) -> Iterator[tuple[slice, slice, Floats]]:
    """Runs of output positions, the input positions that they take from, and the weights (outputs,
    inputs). Positions are pixels' middles; beyond the border nothing is taken.
    """
    scale = old / new
    stretch = max(scale, 1.0)
    for start in range(0, new, RUN):
        end = min(new, start + RUN)
        middles = (np.arange(start, end) + 0.5) * scale
        low = max(0, int(middles[0] - support * stretch))
        high = min(old, int(middles[-1] + support * stretch) + 1)
        places = np.arange(low, high) + 0.5
        weights = kernel((places[None] - middles[:, None]) / stretch)
        weights /= weights.sum(axis=1, keepdims=True)
        yield slice(start, end), slice(low, high), weights.astype(np.float32)


def _triangle(x: Doubles) -> Doubles:
    weights: Doubles = np.clip(1 - np.abs(x), 0, None)
    return weights


def _cubic(x: Doubles) -> Doubles:
    x = np.abs(x)
    near = ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * CUBIC_A
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
