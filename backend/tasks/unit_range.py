"""What a net has made, as a picture: numbers in [0, 1], and nothing that is no number."""

from __future__ import annotations

import numpy as np

from ..images.color.icc_profile import Floats
from ..protocol.errors import AlphaError


def as_picture(made: Floats) -> Floats:
    """Clamped to [0, 1], in the same memory. Raises AlphaError where the net's numbers went beyond
    what float32 holds, which a large alpha, or weights of a senseless size, can bring about.
    """
    np.clip(made, 0, 1, out=made)  # NaN stays what it is
    if np.isnan(made.min()):
        raise AlphaError(
            "the net's numbers overflow at this setting, so there is no picture; turn the dials "
            "closer to 0, and if that does not help, get another pack"
        )
    return made
