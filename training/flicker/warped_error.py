"""The warped-frame error (Lai et al., ECCV 2018, https://arxiv.org/abs/1808.00449; here its root):
by how much a frame differs from the one before, moved to where everything is now.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dynamic_style.backend.tasks.calm.optical_flow import opencv

from .scenes import Samples, Scene

SETTLED = 2  # frames that a program may take to settle


def warped_error(scene: Scene, painted: Sequence[Samples]) -> float:
    """The root mean square over places that both frames show, in [0, 1]."""
    cv2 = opencv()
    squares, number = 0.0, 0
    for index in range(SETTLED, len(painted)):
        places, seen = scene.was(index)
        before, now = (painted[i].astype(np.float32) / 255 for i in (index - 1, index))
        moved = cv2.remap(before, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        squares += float(np.square(now - moved)[seen].sum())
        number += 3 * int(seen.sum())
    return float(np.sqrt(squares / max(1, number)))
