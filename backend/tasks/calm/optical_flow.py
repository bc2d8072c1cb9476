"""Where each place of a frame was in the frame before, and how far that can be relied on.

The flow is OpenCV's DIS (Kroeger et al. 2016, https://arxiv.org/abs/1603.03590), both ways: where
going there and back does not end where it began, something was covered or the flow is wrong
(Sundaram, Brox and Keutzer, ECCV 2010).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from ...images.color.icc_profile import Floats
from ...protocol.errors import UsageError

STRIPES = 4  # DIS gives each of its threads a stripe, and stripes differ at their edges
LEAST_PX = 16  # of a side: smaller pictures have no pyramid to search on
# There and back may miss by a share of the way and by part of a pixel (Sundaram et al.).
MISS_SHARE, MISS_PX = 0.02, 0.5
SLOW = 0.1  # of the longer side, in a frame: of what moves that far half is taken over
SAME = 0.1  # of [0, 1]: a surface whose colour is that far from what it was is half relied on
SPOT_PX = 7  # over which colours are compared, since cameras add noise to each pixel
FOUND = 0.5  # trust from which on a place counts as found again
STEEP, FEW = 2.5, 0.005  # what a flow can follow, in 255ths a pixel, and how much of it it needs
STILL, STILL_PX = 0.2, 0.3  # a share that stands still tells of a camera that does
NEAR_PX = 0.5  # motions that count as one
ALIKE = 1.5  # two motions explain a place alike where the squared changes differ by no more


@dataclass(frozen=True)
class Motion:
    """places: (H, W, 2), x and y in the frame before of each place. trust: (H, W) in [0, 1], 0
    where a place was not to be seen there. drift: how far, in pixels across and down, most of what
    is seen has moved.
    """

    places: Floats
    trust: Floats
    drift: tuple[float, float]

    @property
    def found(self) -> float:
        """The share of places that the frame before shows as well."""
        return float((self.trust > FOUND).mean())

    def weights(self) -> Floats:
        """(H, W) in [0, 1]: how much of the frame before each place may take over."""
        slow = SLOW * max(self.trust.shape)
        way = _squares(self.places - _grid(self.trust.shape))
        weights: Floats = self.trust / (1 + way / np.float32(slow**2))
        return weights

    def carry(self, values: Floats) -> Floats:
        """(H, W, C) of the frame before to where its places are now: sharp, since what is carried
        once a frame is resampled as often.
        """
        carried: Floats = opencv().remap(
            values,
            self.places,
            None,
            opencv().INTER_LANCZOS4,
            borderMode=opencv().BORDER_REPLICATE,
        )
        return carried


def require_opencv() -> None:
    """Raises UsageError that says how to have OpenCV."""
    if find_spec("cv2") is None:
        raise UsageError(
            "--calm follows motion by OpenCV, which is not installed; give the command: "
            f'"{sys.executable}" -m pip install "opencv-python-headless>=4.10". --calm 0 does '
            "without"
        )


@cache
def opencv() -> Any:
    import cv2

    cv2.setNumThreads(STRIPES)  # whatever the computer has: the same stripes, the same flow
    return cv2


def estimate_motion(before: Floats, now: Floats) -> Motion | None:
    """before, now: (H, W, 3) in [0, 1]. None where they are of two sizes, or too small.

    In a flat area, such as the sky, noise is all that a flow can follow. So what most of the rest
    does is taken to be done by all that it explains about as well.
    """
    if before.shape != now.shape or min(now.shape[:2]) < LEAST_PX:
        return None
    cv2 = opencv()
    old, new = _gray(before), _gray(now)
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back, forth = dis.calc(new, old, None), dis.calc(old, new, None)
    grid = _grid(new.shape)
    places = grid + back
    missed = back + cv2.remap(forth, places, None, cv2.INTER_LINEAR)
    trust = np.exp2(-_squares(missed) / (MISS_SHARE * _squares(back) + MISS_PX))
    drift = _drift(-back[(trust > FOUND) & _inside(places) & (_steepness(new) > STEEP)], grid)
    moved, changed = _change(before, now, grid - drift), _change(before, now, places)
    by_drift = moved <= ALIKE * changed
    places = np.where(by_drift[..., None], grid - drift, places)
    trust = np.where(by_drift, np.float32(1), trust)
    trust *= np.exp2(-np.where(by_drift, moved, changed) / SAME**2)
    trust *= _inside(places)
    return Motion(places, trust, (float(drift[0]), float(drift[1])))


def _drift(moves: Floats, grid: Floats) -> Floats:
    """(2,): what most of these (N, 2) do, of a frame with that grid; nothing where the camera
    stands still, whatever passes by.
    """
    if len(moves) <= FEW * grid[..., 0].size:
        return np.zeros(2, np.float32)
    if (np.abs(moves) < STILL_PX).all(1).mean() > STILL:
        return np.zeros(2, np.float32)
    cells = np.round(moves / NEAR_PX).astype(np.int64)
    first = cells.min(0)
    width = int(np.ptp(cells[:, 0])) + 1
    fullest = int(np.bincount((cells - first) @ np.array([1, width])).argmax())
    most = (first + np.array([fullest % width, fullest // width])) * NEAR_PX
    drift: Floats = np.median(moves[(np.abs(moves - most) < NEAR_PX).all(1)], axis=0)
    return drift


def _change(before: Floats, now: Floats, places: Floats) -> Floats:
    """(H, W): by how much colours have changed on their way, as the sum of the channels' squares,
    on average over a spot around each place.
    """
    change = _squares(now - _carried(before, places))
    spots: Floats = opencv().blur(change, (SPOT_PX, SPOT_PX))
    return spots


def _carried(values: Floats, places: Floats) -> Floats:
    cv2 = opencv()
    carried: Floats = cv2.remap(
        values, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return carried


def _inside(places: Floats) -> Any:
    height, width = places.shape[:2]
    x, y = places[..., 0], places[..., 1]
    return (x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)


def _squares(values: Floats) -> Floats:
    """(H, W, C) to the sum over the channels, (H, W)."""
    squares: Floats = np.einsum("ijk,ijk->ij", values, values)
    return squares


def _grid(size: tuple[int, ...]) -> Floats:
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    return np.stack((x, y), 2)


def _steepness(gray: Any) -> Floats:
    """In 255ths of the range, from one pixel to the next, without what noise there is."""
    cv2 = opencv()
    soft = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1.5)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *which) / 8 for which in ((1, 0), (0, 1)))
    steep: Floats = np.hypot(across, down)
    return steep


def _gray(colors: Floats) -> Any:
    cv2 = opencv()
    samples = np.clip(colors * 255 + 0.5, 0, 255).astype(np.uint8)
    return cv2.cvtColor(np.ascontiguousarray(samples), cv2.COLOR_RGB2GRAY)
