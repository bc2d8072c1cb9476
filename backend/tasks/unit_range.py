"""What a net has made, as a picture: numbers in [0, 1], and nothing that is no number."""

from __future__ import annotations

import torch

from ..protocol.errors import AlphaError


def as_picture(made: torch.Tensor) -> torch.Tensor:
    """Clamped to [0, 1], in the same memory. Raises AlphaError where the net's numbers went beyond
    what float32 holds, which a large alpha, or weights of a senseless size, can bring about.
    """
    if bool(made.isnan().any()):
        raise AlphaError(
            "the net's numbers overflow at this setting, so there is no picture; turn the dials "
            "closer to 0, and if that does not help, get another pack"
        )
    return made.clamp_(0, 1)
