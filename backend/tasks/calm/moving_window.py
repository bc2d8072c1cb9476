"""The window through which a net sees a clip: it moves along with what is seen.

The net strides over 4 x 4 pixels. What moves by a multiple of that gives the same strokes, moved;
what moves by 2 pixels gives others. So the picture is moved by the rest, at most 2 pixels, before
the net sees it, and the result is moved back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...images.color.icc_profile import Floats
from ...images.grain import make_grain
from ..style_transfer import LAYOUT
from .optical_flow import opencv

STRIDE = LAYOUT.size_multiple
MARGIN_PX = STRIDE  # around the picture, so that nothing of it is moved out of sight


@dataclass(frozen=True)
class MovingWindow:
    """drift: how far, in pixels across and down, what is seen has moved since the window was put
    up.
    """

    drift: tuple[float, float] = (0.0, 0.0)

    def moved(self, by: tuple[float, float]) -> MovingWindow:
        return MovingWindow((self.drift[0] + by[0], self.drift[1] + by[1]))

    def look(self, colors: Floats, *, grain: float) -> Floats:
        """(H, W, 3) in [0, 1] as the net is to see it, with MARGIN_PX more on all sides. grain:
        deviation of the noise that is added; it moves with the picture.
        """
        height, width = (side + 2 * MARGIN_PX for side in colors.shape[:2])
        across, down = self._rest
        seen = _shifted(colors, (across - MARGIN_PX, down - MARGIN_PX), (height, width))
        if grain:
            steps = [
                round(drift - rest) for drift, rest in zip(self.drift, self._rest, strict=True)
            ]
            seen += np.float32(grain) * np.roll(make_grain(height, width), steps[::-1], (0, 1))
        clipped: Floats = np.clip(seen, 0, 1, out=seen)
        return clipped

    def put_back(self, seen: Floats) -> Floats:
        """What was made of look()'s, as it lies in the picture, in [0, 1]."""
        height, width = (side - 2 * MARGIN_PX for side in seen.shape[:2])
        across, down = self._rest
        back = _shifted(seen, (MARGIN_PX - across, MARGIN_PX - down), (height, width))
        clipped: Floats = np.clip(back, 0, 1, out=back)
        return clipped

    @property
    def _rest(self) -> tuple[float, float]:
        across, down = (drift - STRIDE * round(drift / STRIDE) for drift in self.drift)
        return across, down


def _shifted(colors: Floats, start: tuple[float, float], size: tuple[int, int]) -> Floats:
    """The part of a picture, mirrored at its edges, that starts there (across, down)."""
    cv2 = opencv()
    matrix = np.array([[1, 0, start[0]], [0, 1, start[1]]], np.float64)
    shifted: Floats = cv2.warpAffine(
        np.ascontiguousarray(colors),
        matrix,
        size[::-1],
        flags=cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return shifted
