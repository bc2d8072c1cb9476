"""Fills by other people's programs, to compare with: OpenCV, scikit-image and PyPatchMatch.

They come with the `compare` extra, and nothing but the comparison needs them. All take and give
(H, W, 3) uint8 RGB; the hole is (H, W) bool.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from .holes import Hole

Bytes = npt.NDArray[np.uint8]
Fill = Callable[[Bytes, Hole], Bytes]
RADIUS_PX = 3  # of OpenCV's neighbourhood, as in its own examples
PATCH_RADIUS_PX = 3  # PyPatchMatch's patches are 7 x 7 then


def find_baselines() -> tuple[dict[str, Fill], list[str]]:
    """Fills by name, of the libraries that are installed, and the libraries that are not."""
    fills: dict[str, Fill] = {}
    missing = []
    for module, offered in _OFFERED.items():
        if find_spec(module) is None:
            missing.append(module)
        else:
            fills |= offered
    return fills, missing


def _fill_telea(picture: Bytes, hole: Hole) -> Bytes:
    import cv2

    return np.asarray(cv2.inpaint(picture, _to_mask(hole), RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def _fill_navier_stokes(picture: Bytes, hole: Hole) -> Bytes:
    import cv2

    return np.asarray(cv2.inpaint(picture, _to_mask(hole), RADIUS_PX, cv2.INPAINT_NS), np.uint8)


def _fill_biharmonic(picture: Bytes, hole: Hole) -> Bytes:
    from skimage.restoration import inpaint_biharmonic

    filled = inpaint_biharmonic(picture / 255.0, hole, channel_axis=-1)
    return np.asarray(np.rint(filled.clip(0, 1) * 255), np.uint8)


def _fill_patch_match(picture: Bytes, hole: Hole) -> Bytes:
    from patchmatch import patch_match

    patch_match.set_random_seed(1)
    filled = patch_match.inpaint(picture, _to_mask(hole), patch_size=PATCH_RADIUS_PX)
    return np.where(hole[..., None], np.asarray(filled, np.uint8), picture)


def _to_mask(hole: Hole) -> Bytes:
    return hole.astype(np.uint8) * 255


_OFFERED: dict[str, dict[str, Fill]] = {
    "cv2": {"OpenCV Telea": _fill_telea, "OpenCV Navier-Stokes": _fill_navier_stokes},
    "skimage": {"scikit-image biharmonic": _fill_biharmonic},
    "patchmatch": {"PyPatchMatch": _fill_patch_match},
}
