"""The means and variances of a net's InstanceNorms, carried from one run to the next.

An InstanceNorm takes them from the whole picture that it sees. So whatever comes into one corner of
a clip's frame shifts the colours everywhere, and at once. Mixed with those of the frame before,
they change slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Moments = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # mean, variance: (C,) each
NormStatistics = Mapping[str, Moments]  # by the norm's name in the pack's file, such as conv1.norm


@dataclass(frozen=True)
class NormMemory:
    """before: what the norms used in an earlier run. share: of that, in [0, 1), in what they use
    now; the rest is the picture's own.
    """

    before: NormStatistics
    share: float
